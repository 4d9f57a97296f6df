package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.FaultRow;
import dev.rework.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/soak}: fifty tasks a second and a kill every half minute, for long; nothing may grow. */
class SoakTest {

    private static final Duration LASTS = Duration.ofMinutes(Integer.getInteger("rework.soak.minutes", 60));
    private static final int A_SECOND = 50;
    private static final Duration KILL_EVERY = Duration.ofSeconds(30);
    private static final int SAMPLES = 40;
    private static final Pattern USED = Pattern.compile("used (\\d+)K");
    private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");

    @TempDir
    Path folder;

    private final List<Sample> samples = new ArrayList<>();

    /** What the monitor and the database use at a moment. */
    private record Sample(double heapMb, long threads, long descriptors, long connections, double bytesPerRow) {}

    @Test
    @Tag("hours")
    void nothingGrows() throws Exception {
        try (OwnServer server = OwnServer.in(folder.resolve("server"));
                Beside beside = new Beside(
                        server.url, Beside.seat(server.url, "soak", 2, folder), MonitorProcess.Way.PLAIN, folder)) {
            beside.schedule("heldAgain", "").join(Duration.ofMinutes(1));
            long began = System.nanoTime();
            long every = LASTS.dividedBy(SAMPLES).toNanos();
            int scheduled = 1;
            int kills = 0;
            while (System.nanoTime() - began < LASTS.toNanos()) {
                long now = System.nanoTime() - began;
                if (now > (kills + 1) * KILL_EVERY.toNanos()) {
                    kills += kill(beside);
                }
                if (now > (samples.size() + 1) * every) {
                    samples.add(sample(server, beside));
                    System.out.println(now / 1_000_000_000 + " s: " + samples.get(samples.size() - 1));
                }
                beside.schedule("heldAgain", "");
                scheduled++;
                LockSupport.parkNanos(Math.max(1, scheduled * 1_000_000_000L / A_SECOND - now));
            }
            Eventually.isTrue(
                    "all have ended",
                    () -> server.number("select count(*) from rework.task where finished is null") == 0);
            double rate = scheduled / (double) LASTS.toSeconds();
            assertThat(server.number("select count(*) from rework.task where state <> 'done'"))
                    .isZero();
            assertThat(server.number("select count(*) from rework.task")).isEqualTo(scheduled);
            assertThat(beside.said()).doesNotContain("failed and is tried again", "Exception");
            String figures = String.format(
                    Locale.ROOT,
                    "soak of %d min: %,d tasks (%.0f/s), %d kills, no error, all done; %s; %s; %s; %s; %s",
                    LASTS.toMinutes(),
                    scheduled,
                    rate,
                    kills,
                    flat("monitor's heap after GC (MB)", Sample::heapMb, 4),
                    flat("threads", Sample::threads, 3),
                    flat("descriptors", Sample::descriptors, 6),
                    flat("connections", Sample::connections, 2),
                    flat("table bytes per row", Sample::bytesPerRow, 60));
            FaultRow.measured(15, figures);
            System.out.println(figures);
        }
    }

    private static int kill(Beside beside) {
        return beside.monitor
                        .handle()
                        .children()
                        .filter(Beside::isWorker)
                        .findFirst()
                        .map(ProcessHandle::destroyForcibly)
                        .orElse(false)
                ? 1
                : 0;
    }

    private Sample sample(OwnServer server, Beside beside) throws Exception {
        String pid = Long.toString(beside.monitor.handle().pid());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Shell.run(jcmd, pid, "GC.run");
        double heap = 0;
        Matcher used = USED.matcher(Shell.run(jcmd, pid, "GC.heap_info").split("Metaspace")[0]);
        while (used.find()) {
            heap += Long.parseLong(used.group(1)) / 1024.0;
        }
        Matcher threads = THREADS.matcher(Files.readString(Path.of("/proc", pid, "status")));
        assertThat(threads.find()).isTrue();
        return new Sample(
                heap,
                Long.parseLong(threads.group(1)),
                descriptors(pid),
                server.number("select count(*) from pg_stat_activity where application_name like 'rework:%'"
                        + " and application_name not like 'rework:test%'"),
                server.number("select pg_table_size('rework.task') / greatest(count(*), 1) from rework.task"));
    }

    private static long descriptors(String pid) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", pid, "fd"))) {
            return all.count();
        }
    }

    /** The medians of its second and of its last quarter, which may differ by so much. */
    private String flat(String what, ToDoubleFunction<Sample> of, double by) {
        int quarter = samples.size() / 4;
        double early = median(samples.subList(quarter, 2 * quarter), of);
        double late = median(samples.subList(samples.size() - quarter, samples.size()), of);
        assertThat(late).as(what + " " + samples).isLessThan(early + Math.max(by, early / 10));
        return String.format(Locale.ROOT, "%s %.1f, then %.1f", what, early, late);
    }

    private static double median(List<Sample> some, ToDoubleFunction<Sample> of) {
        double[] values = some.stream().mapToDouble(of).sorted().toArray();
        return values[values.length / 2];
    }
}
