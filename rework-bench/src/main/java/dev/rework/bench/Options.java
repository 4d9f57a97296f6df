package dev.rework.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a run measures and where it leaves its answers.
 *
 * @param database the server's address; empty: a Postgres of the run's own, thrown away at its end
 * @param only names of figure groups to measure; empty: all of them
 * @param peers whether the peers that are Java libraries run too
 * @param node a folder in which {@code peers.mjs} and its packages stand; empty: no Node peers
 * @param command how the {@code rework} command is started
 * @param json where the samples go
 * @param docs where {@code performance.md} and its charts go; empty: the table is printed only
 * @param merge JSON files of earlier runs on this machine, for the figures that this one does not take
 */
record Options(
        Optional<String> database,
        Scale scale,
        int rounds,
        List<String> only,
        boolean peers,
        Optional<Path> node,
        List<String> command,
        Optional<Path> json,
        Optional<Path> docs,
        List<Path> merge) {

    /** How much work a figure gets: {@code tiny} only shows that everything runs. */
    enum Scale {
        TINY(2_000, 500, 20, 50_000),
        QUICK(100_000, 10_000, 200, 1_000_000),
        FULL(100_000, 20_000, 300, 1_000_000);

        final int drain;
        final int singles;
        final int probes;
        final int crowd;

        Scale(int drain, int singles, int probes, int crowd) {
            this.drain = drain;
            this.singles = singles;
            this.probes = probes;
            this.crowd = crowd;
        }
    }

    private static final List<String> GROUPS = List.of(
            "enqueue", "drain", "latency", "abort", "start", "logs", "idle", "growth", "memory", "peers", "goals",
            "turns");

    static final String USAGE = """
            usage: rework bench [DB] [--scale tiny|quick|full] [--rounds N] [--only GROUP,...] [--peers]
                                [--node DIR] [--json FILE] [--docs DIR] [--merge FILE,...]
            groups: enqueue, drain, latency, abort, start, logs, idle, growth, memory, peers; parts of drain: goals, turns
            DB: the address of a server on which databases may be created; without it a throw-away Postgres""";

    Options {
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds must be at least 1");
        }
        only = List.copyOf(only);
        if (!GROUPS.containsAll(only)) {
            throw new IllegalArgumentException("--only must name groups out of " + String.join(", ", GROUPS));
        }
        command = List.copyOf(command);
        merge = List.copyOf(merge);
    }

    static Options parse(String... arguments) {
        Draft draft = new Draft();
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (!argument.startsWith("--")) {
                draft.database = Optional.of(argument);
            } else if (argument.equals("--peers")) {
                draft.peers = true;
            } else if (i + 1 < arguments.length) {
                draft.take(argument, arguments[++i]);
            } else {
                throw new IllegalArgumentException(argument + " needs a value\n" + USAGE);
            }
        }
        return draft.options();
    }

    boolean wants(String group) {
        return only.isEmpty() ? !group.equals("peers") || peers : only.contains(group);
    }

    private static final class Draft {
        private Optional<String> database = Optional.empty();
        private Scale scale = Scale.QUICK;
        private int rounds = 5;
        private final List<String> only = new ArrayList<>();
        private boolean peers;
        private Optional<Path> node = Optional.empty();
        private Optional<Path> json = Optional.empty();
        private Optional<Path> docs = Optional.empty();
        private final List<Path> merge = new ArrayList<>();

        private void take(String option, String value) {
            switch (option) {
                case "--db" -> database = Optional.of(value);
                case "--scale" -> scale = Scale.valueOf(value.toUpperCase(Locale.ROOT));
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--only" -> only.addAll(List.of(value.split(",")));
                case "--node" -> node = Optional.of(Path.of(value));
                case "--json" -> json = Optional.of(Path.of(value));
                case "--docs" -> docs = Optional.of(Path.of(value));
                case "--merge" -> List.of(value.split(",")).forEach(file -> merge.add(Path.of(file)));
                default -> throw new IllegalArgumentException("unknown option " + option + "\n" + USAGE);
            }
        }

        private Options options() {
            return new Options(
                    database, scale, rounds, only, peers, node, Processes.reworkCommand(), json, docs, merge);
        }
    }
}
