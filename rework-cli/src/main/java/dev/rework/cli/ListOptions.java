package dev.rework.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of a list is shown: the newest 50, the oldest of them first, unless said otherwise. */
final class ListOptions {
    private static final int MOST = 100_000;

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only of this domain.")
    @Nullable
    String domain;

    @Option(names = "--host", paramLabel = "HOST", description = "Only of this host.")
    @Nullable
    String host;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (${DEFAULT-VALUE}).")
    private int limit = 50;

    @Option(names = "--after", paramLabel = "ID", description = "The next ones above this id instead of the newest.")
    @Nullable
    Long after;

    int limit() {
        if (limit < 1 || limit > MOST) {
            throw new Refusal(ExitCode.USAGE, "--limit must be between 1 and " + MOST + ", not " + limit);
        }
        return limit;
    }

    long afterOrZero() {
        return after == null ? 0 : after;
    }
}
