package dev.rework.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The trusted map from an operation's name to its code on this host, for one installation and domain:
 * plain text, readable without Jackson. Immutable.
 *
 * @param classpath the user's part of a worker's class path, in order
 */
public record RegistrationIndex(List<Entry> entries, List<Path> classpath) {
    /**
     * One operation.
     *
     * @param parameters binary or primitive names of the method's parameter types, in order
     * @param inputs JSON schema text, null when there is none
     * @param outputs JSON schema text, null when there is none
     */
    public record Entry(
            String name,
            String className,
            String methodName,
            List<String> parameters,
            @Nullable String inputs,
            @Nullable String outputs,
            String path) {}

    /** Where it stands. */
    public static Path file(ReworkHome home, UUID installation, String host, String domain) {
        throw new UnsupportedOperationException();
    }

    /** Reads it; an absent file is an empty index. */
    public static RegistrationIndex read(Path file) {
        throw new UnsupportedOperationException();
    }

    /** Differs after every change of the file; empty when there is none. One stat, no read. */
    public static String stamp(Path file) {
        throw new UnsupportedOperationException();
    }

    public @Nullable Entry find(String name) {
        throw new UnsupportedOperationException();
    }
}
