package dev.rework.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The peers, each in a fresh process on a fresh database of the same server. A process is told its database on its
 * standard input and answers with {@code figure=value} lines: {@code drain} counts from its start call to the last job,
 * {@code steady} between the first and last tenth of the jobs.
 */
final class PeerFigures {
    private final Run run;

    PeerFigures(Run run) {
        this.run = run;
    }

    /** @param jobs how many of the {@code drain} jobs it gets, in percent: slow ones get fewer */
    private record Peer(String name, List<String> command, int jobs) {}

    void takeAll() {
        for (Peer peer : peers()) {
            run.measure("peer." + peer.name, taken -> {
                String database = run.database();
                run.server().drop(database);
                run.server().create(database);
                try {
                    ask(peer, database, taken);
                } finally {
                    run.server().drop(database);
                }
            });
        }
    }

    private void ask(Peer peer, String database, Run.Taken taken) throws Exception {
        int jobs = Math.max(100, run.scale().drain * peer.jobs / 100);
        String input = (peer.command.contains("node")
                        ? run.server().address(database)
                        : run.server().jdbcUrl(database)) + "\n" + jobs + "\n" + Math.max(100, run.scale().singles / 5)
                + "\n" + Math.min(100, run.scale().probes) + "\n";
        Map<String, String> answers =
                Processes.ask(Processes.builder(peer.command, Map.of()), input, run.log(peer.name), 180);
        if (answers.isEmpty()) {
            throw new IllegalStateException("no answer; see " + run.log(peer.name));
        }
        answers.forEach((figure, value) -> {
            String unit = figure.startsWith("latency") ? "ms" : "jobs/s";
            taken.number("peer." + peer.name + "." + figure, unit, Double.parseDouble(value));
        });
    }

    private List<Peer> peers() {
        List<Peer> peers = new ArrayList<>();
        List<String> java = Processes.java("dev.rework.bench.peers.PeerMain");
        peers.add(new Peer("db-scheduler", Processes.with(java, "db-scheduler"), 20));
        peers.add(new Peer("jobrunr", Processes.with(java, "jobrunr"), 8));
        peers.add(new Peer("quartz", Processes.with(java, "quartz"), 1));
        run.options().node().ifPresent(folder -> {
            String script = folder.resolve(Path.of("peers.mjs")).toString();
            peers.add(new Peer("graphile-worker", List.of("node", script, "graphile-worker"), 100));
            peers.add(new Peer("pg-boss", List.of("node", script, "pg-boss"), 100));
        });
        return peers;
    }
}
