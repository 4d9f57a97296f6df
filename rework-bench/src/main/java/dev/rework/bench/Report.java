package dev.rework.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run's answers as a table, as JSON, and as {@code performance.md} with charts. Immutable once the run is over. */
final class Report {
    private static final String HEAD = """
            # Performance

            Written by `rework-bench/bench`; do not edit. It measures on a Postgres of its own, durable (`fsync`,
            `synchronous_commit` and `full_page_writes` on), where client and server share the machine's cores.
            What one round measures runs one after the other before the next round begins, so only **ratios within
            this page** carry over to other machines. A figure is the median over rounds; a sample taken while other
            processes used more than %s of a core counts only when a figure has no quieter one.

            """;

    private static final String METHOD = """

            ## What the figures are

            - `floor.*`: plain JDBC on our own table with our indexes and forced plans, statements and connections warm:
              `floor.drain.100x4` claims and completes batches of 100 on 4 connections, two commits a batch, history
              kept; `floor.enqueue.*` inserts the columns we fill, one a commit, or 1,000 by `unnest`.
            - `drain.noop.N`: `rework monitor` with N worker JVMs that have run up to 20,000 tasks; the queue is filled,
              vacuumed and checkpointed while the monitor is held still, then opened; until the last task is
              finished in the database. `.steady`: between the first and last tenth. `drain.cold.N`: from the start
              of the command on a filled queue, JVM starts and JIT included; `.fromfirst` from the first claim.
            - `drain.talking`: each task prints two lines. `drain.millisecond.N`: each waits 1 ms, so N,000 a second
              is the ideal.
            - `peer.*.drain`: from the peer's start call on a cold JVM on a filled queue to its last job, as
              `drain.cold.N.fromfirst` is for us; `.steady` between the first and last tenth, as `drain.noop.N.steady`.
            - `latency.*`: from the call of `schedule` on one idle worker, tasks 20 ms apart, to the beginning of the
              method, to the row being done (by the database's stamps), to the return of `join`.
            - `abort.*`: from `abort` on a busy loop until the process is gone, until the row is settled.
            - `start.cold`: from the worker's row (made right before its process) to its first task's beginning;
              `cpu` and `rss` as the process sees itself there.
            - `logs.2`: lines a second from print to row by 2 workers, 20,000 a task; `logs.visible` from print to a reader.
            - `growth.*`: `drain.noop.2` with that crowd of a million rows in the table, or with a snapshot held open
              throughout; `.claim.p99` on the same table then: 1,000 turns of a worker's statement, which settles ten tasks
              and claims the next ten from where it stopped.
            - `memory.monitor.*`: the monitor's resident memory while a million tasks and a million lines pass, after the
              first tenth and at the end.
            - `idle.*`: one monitor and two idle workers; statements counted on the wire.

            ## Settings of the peers

            Of the 100,000 jobs that we and the Node peers drain, db-scheduler gets 20,000, JobRunr 8,000 and Quartz 1,000,
            which are slower: their start weighs more in `.drain` for it, and not in `.steady`.

            | peer | version | settings |
            |---|---|---|
            | db-scheduler | 16.12.0 | `pollUsingLockAndFetch(4, 20)`, 20 threads, pool of 25, polling 100 ms |
            | JobRunr OSS | 8.7.0 | 16 workers, pool of 20, poll interval 5 s (its least) |
            | Quartz | 2.5.0 | JDBC store, clustered, 10 threads, batches of 20 |
            | graphile-worker | 0.18.0 | local queue 500, `completeJobBatchDelay` 0, concurrency 24 |
            | pg-boss | 12.35.0 | `fetch(500)`/`complete`, two loops |
            """;

    private final Samples samples;
    private final Options options;
    private final Map<String, String> machine;
    private final Map<String, String> settings;
    private final Earlier earlier = new Earlier();

    Report(Samples samples, Options options, Map<String, String> machine, Map<String, String> settings) {
        this.samples = samples;
        this.options = options;
        this.machine = machine;
        this.settings = settings;
    }

    /** Takes over what earlier runs on this machine have left and this one has not taken; before it is written. */
    void merge() throws IOException {
        for (Path file : options.merge()) {
            earlier.add(file, samples, machine, settings);
        }
    }

    /** The table for a terminal. */
    String text() {
        StringBuilder out = new StringBuilder(
                String.format("%-44s %12s %-8s %12s %12s  n%n", "figure", "median", "", "least", "most"));
        for (String name : samples.all().keySet()) {
            Samples.Summary s = samples.summary(name);
            out.append(String.format(
                    "%-44s %12s %-8s %12s %12s  %d%s%n",
                    name,
                    Goal.number(s.median()),
                    s.unit(),
                    Goal.number(s.min()),
                    Goal.number(s.max()),
                    s.n(),
                    s.quiet() < s.n() ? " (" + s.quiet() + " quiet)" : ""));
        }
        out.append('\n');
        for (Goal goal : measuredGoals()) {
            out.append(String.format(
                    "%-60s %8s  goal %-9s %s%n",
                    goal.text(),
                    Goal.number(goal.value(samples)),
                    goal.boundText(),
                    goal.met(samples) ? "met" : "NOT MET"));
        }
        return out.toString();
    }

    String json() {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("taken", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        whole.put("scale", options.scale().name());
        whole.put("rounds", rounds());
        whole.put("machine", machine);
        whole.put("postgres", settings);
        Map<String, Object> figures = new LinkedHashMap<>();
        for (String name : samples.all().keySet()) {
            Samples.Summary s = samples.summary(name);
            Map<String, Object> figure = new LinkedHashMap<>();
            figure.put("unit", s.unit());
            figure.put("median", s.median());
            figure.put("min", s.min());
            figure.put("max", s.max());
            String taken = earlier.taken(name);
            if (taken != null) {
                figure.put("taken", taken);
            }
            figure.put(
                    "samples",
                    samples.all().getOrDefault(name, List.of()).stream()
                            .map(x -> List.of(x.round(), x.value(), x.foreign()))
                            .toList());
            figures.put(name, figure);
        }
        whole.put("figures", figures);
        return Json.of(whole);
    }

    /** Writes {@code performance.md}, {@code performance.json} and the charts. */
    void write(Path docs) throws IOException {
        Path charts = Files.createDirectories(docs.resolve("performance"));
        StringBuilder page = new StringBuilder(HEAD.formatted(Samples.NOISY));
        taken(page);
        page.append(machine).append(". Postgres ").append(settings).append(".\n");
        goals(page);
        for (Group group : groups()) {
            if (!group.bars.isEmpty()) {
                String file = group.name + ".svg";
                Files.writeString(charts.resolve(file), Chart.svg(group.title, group.bars));
                page.append("\n![")
                        .append(group.title)
                        .append("](performance/")
                        .append(file)
                        .append(")\n");
            }
        }
        alike(page);
        table(page);
        page.append(METHOD);
        Files.writeString(docs.resolve("performance.md"), page);
        Files.writeString(docs.resolve("performance.json"), json());
    }

    /** When, in how many rounds; of each run, where there were several. */
    private void taken(StringBuilder page) {
        List<String> runs = new ArrayList<>();
        if (rounds() > 0) {
            runs.add(Instant.now().truncatedTo(ChronoUnit.SECONDS) + ", " + rounds() + " rounds");
        }
        earlier.groups()
                .forEach((when, names) -> runs.add(String.join(", ", names) + " in a run of their own, taken " + when));
        page.append("Taken ")
                .append(String.join("; ", runs))
                .append(". Scale ")
                .append(options.scale().name().toLowerCase(java.util.Locale.ROOT))
                .append("; the last column says in how many rounds. ");
    }

    private int rounds() {
        return samples.all().entrySet().stream()
                .filter(figure -> earlier.taken(figure.getKey()) == null)
                .flatMap(figure -> figure.getValue().stream())
                .mapToInt(Samples.Sample::round)
                .max()
                .orElse(0);
    }

    private void goals(StringBuilder page) {
        page.append("\n| figure, or ratio to another of the same round | measured | goal | |\n|---|---:|---:|---|\n");
        for (Goal goal : measuredGoals()) {
            page.append("| ")
                    .append(goal.text())
                    .append(" | ")
                    .append(Goal.number(goal.value(samples)))
                    .append(" | ")
                    .append(goal.boundText())
                    .append(goal.met(samples) ? " | met |\n" : " | **not met** |\n");
        }
    }

    /** The goals compare us warm with peers from their start; here both are past it, or both begin cold. */
    private void alike(StringBuilder page) {
        page.append("\n| like with like | ratio |\n|---|---:|\n");
        for (String peer : List.of("graphile-worker", "pg-boss", "db-scheduler", "jobrunr", "quartz")) {
            alike(page, "drain.noop.2.steady", "peer." + peer + ".steady");
            alike(page, "drain.cold.2.fromfirst", "peer." + peer + ".drain");
        }
        alike(page, "drain.noop.2", "floor.drain.500x2");
    }

    private void alike(StringBuilder page, String ours, String theirs) {
        if (samples.has(ours) && samples.has(theirs)) {
            page.append("| `")
                    .append(ours)
                    .append("` / `")
                    .append(theirs)
                    .append("` | ")
                    .append(Goal.number(samples.ratio(ours, theirs)))
                    .append(" |\n");
        }
    }

    private void table(StringBuilder page) {
        page.append("\n| figure | median | unit | least | most | n (quiet) |\n|---|---:|---|---:|---:|---|\n");
        for (String name : samples.all().keySet()) {
            Samples.Summary s = samples.summary(name);
            page.append("| ")
                    .append(String.join(
                            " | ",
                            "`" + name + "`",
                            Goal.number(s.median()),
                            s.unit(),
                            Goal.number(s.min()),
                            Goal.number(s.max()),
                            s.n() + " (" + s.quiet() + ")"))
                    .append(" |\n");
        }
    }

    private List<Goal> measuredGoals() {
        return Goal.ALL.stream().filter(goal -> goal.measured(samples)).toList();
    }

    private record Group(String name, String title, List<Chart.Bar> bars) {}

    private List<Group> groups() {
        return List.of(
                new Group(
                        "drain",
                        "Drain of no-op tasks, history kept, tasks a second",
                        bars(
                                "drain.noop.1",
                                "drain.noop.2",
                                "drain.noop.4",
                                "floor.drain.100x4",
                                "floor.drain.500x2",
                                "peer.graphile-worker.drain",
                                "peer.pg-boss.drain",
                                "peer.db-scheduler.drain",
                                "peer.jobrunr.drain",
                                "peer.quartz.drain")),
                new Group(
                        "enqueue",
                        "Enqueue in batches of 1,000, tasks a second",
                        bars(
                                "enqueue.batch1000",
                                "floor.enqueue.batch1000",
                                "peer.db-scheduler.enqueue.batch1000",
                                "peer.jobrunr.enqueue.batch1000",
                                "peer.graphile-worker.enqueue.batch1000",
                                "peer.pg-boss.enqueue.batch1000")),
                new Group(
                        "latency",
                        "Idle latency, schedule to start, median ms",
                        bars(
                                "latency.start.p50",
                                "peer.db-scheduler.latency.start.p50",
                                "peer.graphile-worker.latency.start.p50",
                                "peer.pg-boss.latency.start.p50")),
                new Group(
                        "growth",
                        "Drain with a million rows in the way, tasks a second",
                        bars(samples.all().keySet().stream()
                                .filter(name -> name.startsWith("growth."))
                                .toArray(String[]::new))));
    }

    private List<Chart.Bar> bars(String... names) {
        List<Chart.Bar> bars = new ArrayList<>();
        for (String name : names) {
            if (samples.has(name)) {
                boolean ours = !name.startsWith("floor.") && !name.startsWith("peer.");
                bars.add(new Chart.Bar(name, samples.median(name), ours));
            }
        }
        return bars;
    }
}
