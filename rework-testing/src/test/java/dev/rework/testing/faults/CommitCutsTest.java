package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.testing.Eventually;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections reset between a commit and the arrival of its answer. {@code -Drework.cuts.percent=5} makes a short form of it.
 */
@Tag("slow")
class CommitCutsTest {
    private static final int PERCENT = Integer.getInteger("rework.cuts.percent", 100);
    /** Only what a worker claims or settles with says this. */
    private static final String TURN = "chosen as materialized";
    /** Five times what is wanted, for a machine that does other things too. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("fault-22")
    void aScheduleWhoseAnswerIsCutMakesOneTask() throws Exception {
        int cuts = 1000 * PERCENT / 100;
        long operation =
                db.number("insert into rework.operation (domain, name) values ('cuts', 'nothing') returning id");
        db.update(
                "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                        + " values (?, 'h', 'C', 'm', 'p', 's')",
                operation);
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Rework rework = Rework.connect(through(proxy))) {
            List<Long> ids = new ArrayList<>();
            Supplier<Task<?>> schedule =
                    () -> rework.task("nothing").domain("cuts").schedule();
            ids.add(schedule.get().id());
            for (int i = 0; i < cuts; i++) {
                proxy.cutAnswerTo("insert into rework.task");
                ids.add(schedule.get().id());
            }
            assertThat(proxy.cuts()).isEqualTo(cuts);
            assertThat(new HashSet<>(ids)).hasSize(cuts + 1);
            assertThat(db.number("select count(*) from rework.task where operation = ?", operation))
                    .isEqualTo(cuts + 1);
        }
    }

    @Test
    void anAbortWhoseAnswerIsCutSaysThatItCounted() throws Exception {
        long operation =
                db.number("insert into rework.operation (domain, name) values ('aborts', 'nothing') returning id");
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Rework rework = Rework.connect(through(proxy))) {
            for (int i = 1; i <= 20; i++) {
                long id = db.number(
                        "insert into rework.task (operation, state) values (?, 'queued') returning id", operation);
                Task<?> task = rework.find(id).orElseThrow();
                proxy.cutAnswerTo("COMMIT");
                assertThat(task.abort("enough")).isTrue();
                assertThat(proxy.cuts()).isEqualTo(i);
                assertThat(task.abort("enough")).isFalse();
            }
        }
    }

    @Test
    @Tag("fault-23")
    void aClaimWhoseAnswerIsCutLeavesNoTaskBehind() throws Exception {
        int cuts = 200 * PERCENT / 100;
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Beside beside = new Beside(db.url(), through(proxy), folder)) {
            ended(beside, beside.schedule(""));
            Duration longest = Duration.ZERO;
            for (int i = 1; i <= cuts; i++) {
                int cut = i;
                Eventually.isTrue("the worker is calm", CommitCutsTest::calm);
                proxy.cutAnswerTo(TURN);
                long since = System.nanoTime();
                Task<?> task = beside.schedule("");
                Eventually.isTrue("the claim is cut", () -> proxy.cuts() >= cut);
                ended(beside, task);
                longest = longer(longest, since);
            }
            System.out.println(cuts + " claims cut: the longest wait was " + longest);
            onceEach(beside, cuts + 1);
            assertThat(longest).isLessThan(LONGEST_WAIT);
        }
    }

    @Test
    @Tag("fault-24")
    void aFinishWhoseAnswerIsCutCountsOnce() throws Exception {
        int cuts = 200 * PERCENT / 100;
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Beside beside = new Beside(db.url(), through(proxy), folder)) {
            ended(beside, beside.schedule(""));
            Duration longest = Duration.ZERO;
            for (int i = 1; i <= cuts; i++) {
                int cut = i;
                Task<?> task = beside.schedule("cut" + i);
                beside.awaitBegin(task.id());
                proxy.cutAnswerTo(TURN);
                long since = System.nanoTime();
                beside.release("cut" + i);
                Eventually.isTrue("the settling is cut", () -> proxy.cuts() >= cut);
                ended(beside, task);
                longest = longer(longest, since);
            }
            System.out.println(cuts + " settlings cut: the longest wait was " + longest);
            onceEach(beside, cuts + 1);
            assertThat(db.number("select max(runs) from rework.worker")).isEqualTo(cuts + 1);
            assertThat(longest).isLessThan(LONGEST_WAIT);
        }
    }

    /** Whether the worker has a session, and has said nothing in any for a while. */
    private static boolean calm() {
        return db.one(
                Boolean.class,
                "select count(*) > 0 and count(*) filter (where state <> 'idle'"
                        + " or state_change > clock_timestamp() - interval '100 milliseconds') = 0"
                        + " from pg_stat_activity"
                        + " where application_name like 'rework:worker%' and datname = current_database()");
    }

    private static void ended(Beside beside, Task<?> task) {
        task.join(Eventually.PATIENCE);
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.DONE);
    }

    private static Duration longer(Duration longest, long since) {
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        return took.compareTo(longest) > 0 ? took : longest;
    }

    /** One worker ran them all, each once, and nobody charged a second attempt. */
    private static void onceEach(Beside beside, int tasks) throws Exception {
        List<Witness.Note> notes = Witness.in(beside.witnessed).notes();
        assertThat(notes).extracting(Witness.Note::what).doesNotContain("TWICE");
        List<Long> begun = notes.stream()
                .filter(note -> note.what().equals("begin"))
                .map(Witness.Note::task)
                .toList();
        assertThat(begun).hasSize(tasks).doesNotHaveDuplicates();
        assertThat(notes).extracting(Witness.Note::attempt).containsOnly(1);
        assertThat(db.number("select count(*) from rework.task t join rework.operation o on o.id = t.operation"
                        + " where o.name = 'held' and (t.state <> 'done' or t.attempt <> 1)"))
                .isZero();
        assertThat(beside.monitor.handle().isAlive()).isTrue();
    }

    private static String through(TcpProxy proxy) {
        URI server = URI.create(db.url());
        return "postgres://" + server.getRawUserInfo() + "@127.0.0.1:" + proxy.port() + server.getRawPath()
                + "?sslmode=disable";
    }
}
