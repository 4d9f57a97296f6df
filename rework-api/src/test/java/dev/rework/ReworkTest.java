package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReworkTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final SqlWorker WORKER = SqlWorker.on(db);

    private Rework rework;

    record Box(String name, int width) {}

    @BeforeAll
    static void serve() {
        WORKER.serve("default", "echo", "h1");
        WORKER.serve("images", "echo", "h1", "h2");
        WORKER.serve("images", "shrink", "h2");
        WORKER.serve("a", "twin", "h1");
        WORKER.serve("b", "twin", "h2");
        WORKER.serve("default", "retired");
    }

    @BeforeEach
    void open() {
        rework = Rework.connect(db.url(TestDatabase.Part.OPERATOR));
    }

    @AfterEach
    void close() {
        rework.close();
    }

    private static String column(String expression, Task<?> task) {
        return db.one(
                String.class,
                "select (" + expression + ")::text from rework.task t join rework.operation o on o.id = t.operation"
                        + " where t.id = ?",
                task.id());
    }

    @Test
    void schedulesAndReadsBack() {
        Task<Box> task = rework.schedule("echo", new Box("a", 3), Box.class);

        assertThat(task.state()).isEqualTo(TaskState.QUEUED);
        assertThat(column("input", task)).isEqualTo("{\"name\":\"a\",\"width\":3}");
        assertThat(column("o.domain", task)).isEqualTo("default");
        assertThatThrownBy(task::output)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is queued: join it");
        WORKER.done(task.id(), "{\"name\":\"b\",\"width\":4}");
        assertThat(task.join()).isSameAs(task);
        assertThat(task.output()).isEqualTo(new Box("b", 4));
        assertThat((Object) task.output(Map.class)).isEqualTo(Map.of("name", "b", "width", 4));
        assertThat(task.cause()).isNull();
    }

    @Test
    void aTaskWithoutInputHasNone() {
        assertThat(column("coalesce(input::text, 'none')", rework.schedule("echo")))
                .isEqualTo("none");
    }

    @Test
    void keepsWhatTheBuilderSays() {
        Task<Object> task = rework.task("shrink")
                .domain("images")
                .rawInput(new byte[] {1, 2})
                .host("h2")
                .priority(5)
                .delay(Duration.ofHours(3))
                .metadata(Map.of("user", "Jo\0e"))
                .schedule();

        TaskSnapshot seen = task.snapshot();
        assertThat(seen.state()).isEqualTo(TaskState.SCHEDULED);
        assertThat(seen.host()).isEqualTo("h2");
        assertThat(seen.priority()).isEqualTo(5);
        assertThat(seen.metadata()).isEqualTo(Map.of("user", "Jo\u2400e"));
        assertThat(seen.runAt()).isAfter(seen.queued().plusMinutes(170));
        assertThat(seen.maxAttempts()).isEqualTo(1);
        assertThat(task.rawInput()).containsExactly(1, 2);
    }

    @Test
    void findsTheOperationThatIsMeant() {
        assertThat(column("o.domain", rework.schedule("shrink"))).isEqualTo("images");
        assertThat(column("o.domain", rework.schedule("echo"))).isEqualTo("default");
        assertThat(column("o.domain", rework.task("echo").host("h2").schedule()))
                .isEqualTo("images");
        assertThat(column("o.domain", rework.task("twin").domain("b").schedule()))
                .isEqualTo("b");
        assertThatThrownBy(() -> rework.schedule("twin"))
                .isInstanceOfSatisfying(
                        AmbiguousOperation.class, e -> assertThat(e.domains()).containsExactly("a", "b"));
    }

    @Test
    void saysWhatIsKnownInsteadOfAnUnknownOperation() {
        long before = db.number("select count(*) from rework.task");

        assertThatThrownBy(() -> rework.schedule("shrnk")).isInstanceOfSatisfying(UnknownOperation.class, e -> {
            assertThat(e.name()).isEqualTo("shrnk");
            assertThat(e.nearMisses()).contains("images/shrink");
        });
        assertThatThrownBy(
                        () -> rework.task("shrink").domain("images").host("h1").schedule())
                .isInstanceOf(UnknownOperation.class)
                .hasMessageContaining("unknown operation `shrink` in domain `images` on host `h1`")
                .hasMessageContaining("images/shrink on host h2");
        assertThatThrownBy(() -> rework.schedule("retired")).isInstanceOf(UnknownOperation.class);
        assertThat(db.number("select count(*) from rework.task")).isEqualTo(before);
    }

    @Test
    @Tag("fault-13")
    void refusesWhatIsTooLargeBeforeAnyRow() {
        long before = db.number("select count(*) from rework.task");

        assertThatThrownBy(() -> rework.schedule("echo", "x".repeat(32 * 1024 * 1024)))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("more than the 33554432 allowed");
        assertThatThrownBy(() -> rework.task("echo")
                        .metadata(Map.of("a", "x".repeat(70_000)))
                        .schedule())
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("the metadata");
        assertThatThrownBy(
                        () -> rework.task("echo").input(1).rawInput(new byte[1]).schedule())
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(db.number("select count(*) from rework.task")).isEqualTo(before);
    }

    @Test
    void schedulesManyInTheirOrder() {
        List<Task<Object>> tasks = rework.scheduleAll("echo", Arrays.asList("a", null, 3));

        assertThat(tasks).extracting(Task::id).isSorted();
        assertThat(tasks)
                .extracting(task -> column("coalesce(input::text, 'none')", task))
                .containsExactly("\"a\"", "none", "3");
        assertThat(rework.scheduleAll("echo", List.of())).isEmpty();
    }

    @Test
    void staysInTheCallersTransaction() throws SQLException {
        try (Connection connection = db.connection(TestDatabase.Part.OPERATOR)) {
            connection.setAutoCommit(false);
            Task<Object> gone = rework.in(connection).schedule("echo", 1);
            connection.rollback();
            Task<Object> task = rework.in(connection).schedule("echo", 2);
            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(rework.find(task.id())).isEmpty();
            connection.commit();

            assertThat(rework.find(gone.id())).isEmpty();
            assertThat(rework.find(task.id())).isPresent();
            assertThatThrownBy(() -> gone.join()).isInstanceOf(TaskLost.class);
            assertThatThrownBy(() -> rework.in(connection).schedule("nobody")).isInstanceOf(UnknownOperation.class);
            assertThat(rework.in(connection).schedule("shrink").id()).isPositive();
            connection.rollback();
        }
    }

    @Test
    void aReferenceKnowsItsTypes() {
        OperationRef<Box, List<Box>> boxes =
                OperationRef.of("images", "shrink", Box.class, new TypeRef<List<Box>>() {});

        Task<List<Box>> task = rework.schedule(boxes, new Box("a", 1));
        WORKER.done(task.id(), "[{\"name\":\"x\",\"width\":9}]");

        assertThat(task.join().output()).containsExactly(new Box("x", 9));
    }

    @Test
    void anOutputOfAFailureThrowsIt() {
        Task<Object> failed = rework.schedule("echo");
        WORKER.failed(failed.id(), "java.lang.Oops: no\n\tat x");
        Task<Object> cancelled = rework.schedule("echo");
        assertThat(cancelled.abort("changed my mind")).isTrue();

        assertThat(failed.join().state()).isEqualTo(TaskState.FAILED);
        assertThat(failed.error()).startsWith("java.lang.Oops");
        assertThatThrownBy(failed::output)
                .isInstanceOfSatisfying(
                        TaskFailed.class, e -> assertThat(e.remoteStackTrace()).contains("at x"))
                .hasMessageContaining("failed (error): it broke");
        assertThatThrownBy(() -> cancelled.join().output())
                .isInstanceOf(TaskAborted.class)
                .hasMessageContaining("aborted (cancelled): changed my mind");
        assertThatThrownBy(() -> failed.future().join()).hasCauseInstanceOf(TaskFailed.class);
    }

    @Test
    void anAbortAnswersWhatItCameTo() throws SQLException {
        Task<Object> running = rework.schedule("echo");
        WORKER.claim(running.id());
        assertThat(running.state()).isEqualTo(TaskState.QUEUED);
        assertThat(running.snapshot().attempt()).isZero();
        WORKER.begin(running.id());
        try (Connection listening = db.connection(TestDatabase.Part.OPERATOR)) {
            listening.createStatement().execute("listen rework_kill");

            assertThat(running.abort("why \0 not")).isTrue();

            assertThat(running.snapshot())
                    .extracting(TaskSnapshot::state, TaskSnapshot::cause, TaskSnapshot::reason)
                    .containsExactly(TaskState.ABORTING, Cause.ABORT, "why \u2400 not");
            assertThat(listening.unwrap(org.postgresql.PGConnection.class).getNotifications(30_000))
                    .hasSize(1);
        }
        assertThat(running.abort("again")).isTrue();
        assertThat(running.reason()).isEqualTo("why \u2400 not");
        Task<Object> done = rework.schedule("echo");
        WORKER.done(done.id(), null);
        assertThat(done.abort("late")).isFalse();
        assertThat(done.join().output()).isNull();
        assertThat(db.number("select count(*) from rework.audit where target = ?", "task " + running.id()))
                .isEqualTo(1);
    }

    @Test
    void listsTheNewestOrThoseAfterAnId() {
        List<Task<Object>> made = rework.scheduleAll("shrink", Collections.nCopies(60, 1));
        TaskFilter filter = TaskFilter.all().operation("shrink").domain("images");

        List<TaskSnapshot> newest = rework.tasks(filter);
        List<TaskSnapshot> after = rework.tasks(filter.after(made.get(9).id()).limit(20));

        assertThat(newest).hasSize(50);
        assertThat(newest)
                .extracting(TaskSnapshot::id)
                .isSorted()
                .last()
                .isEqualTo(made.get(59).id());
        assertThat(after)
                .hasSize(20)
                .first()
                .extracting(TaskSnapshot::id)
                .isEqualTo(made.get(10).id());
        assertThat(rework.tasks(filter.state(TaskState.RUNNING))).isEmpty();
        WORKER.claim(made.get(59).id());
        assertThat(rework.tasks(filter.state(TaskState.QUEUED).limit(1)))
                .extracting(TaskSnapshot::id)
                .containsExactly(made.get(59).id());
        assertThat(rework.tasks(TaskFilter.all().domain("nowhere"))).isEmpty();
        assertThat(rework.tasks(TaskFilter.all())).hasSize(50);
        assertThat(rework.tasks(filter.host("nowhere"))).isEmpty();
    }

    @Test
    void readsTheLogInOrder() {
        Task<Object> task = rework.schedule("echo");
        for (int i = 1; i <= 3; i++) {
            db.update("""
                    insert into rework.log (task, attempt, time, stream, level, line)
                    values (?, 1, clock_timestamp(), 'stdout', 'INFO', ?)
                    """, task.id(), "line " + i);
        }

        List<LogLine> lines = task.logs();

        assertThat(lines).extracting(LogLine::line).containsExactly("line 1", "line 2", "line 3");
        assertThat(task.logs(lines.get(1).id())).containsExactly(lines.get(2));
    }

    @Test
    void aRetryIsAnotherTask() {
        Task<Object> task = rework.schedule("echo", "x");
        assertThatThrownBy(task::retry)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only a finished one");
        WORKER.failed(task.id(), "e");

        Task<Object> again = task.retry();

        assertThat(again.id()).isGreaterThan(task.id());
        assertThat(column("input", again)).isEqualTo("\"x\"");
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
    }

    @Test
    void metadataMayHoldNullsAndLists() {
        Map<String, Object> given = new HashMap<>();
        given.put("list", List.of(1, "two"));
        given.put("none", null);

        assertThat(rework.task("echo").metadata(given).schedule().metadata()).isEqualTo(given);
    }

    @Test
    void aDatabaseWithoutSchemaIsNamedWithTheRemedy() throws SQLException {
        TestDatabase empty = TestDatabase.empty().create("noschema");
        try (Rework other = Rework.connect(empty.url())) {
            assertThatThrownBy(() -> other.schedule("echo"))
                    .isInstanceOf(SchemaMismatch.class)
                    .hasMessageContaining("rework init-db");
            assertThatThrownBy(() -> other.tasks(TaskFilter.all())).isInstanceOf(SchemaMismatch.class);
            other.initDb();
            assertThat(other.tasks(TaskFilter.all())).isEmpty();
        } finally {
            empty.drop();
        }
    }

    @Test
    void anUnreachableDatabaseIsNamedWithoutItsPassword() {
        assertThatThrownBy(() -> Rework.connect("postgres://u:S3cr3tCanary@127.0.0.1:1/d"))
                .isInstanceOf(DatabaseUnreachable.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageNotContaining("S3cr3tCanary");
        String wrong = db.url(TestDatabase.Part.OPERATOR).replaceFirst(":[^:@/]*@", ":S3cr3tCanary@");
        assertThatThrownBy(() -> Rework.connect(wrong))
                .isInstanceOf(DatabaseUnreachable.class)
                .hasMessageNotContaining("S3cr3tCanary");
    }

    @Test
    @Tag("S12")
    void whatAMessageQuotesIsHarmless() {
        for (String name : List.of("a\0b", "\u001b[31m", "\u009b31m", "\u202e", "\ud800")) {
            assertThatExceptionOfType(UnknownOperation.class)
                    .isThrownBy(() -> rework.schedule(name))
                    .satisfies(e -> assertThat(e.name()).isEqualTo(name))
                    .satisfies(e -> assertThat(e.getMessage())
                            .startsWith("unknown operation `")
                            .doesNotContain("\0", "\u001b", "\u009b", "\u202e", "\ud800"));
        }
    }

    @Test
    void aPathThatIsNotThereIsNoOperation() {
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> rework.register(Path.of("no", "such.jar")))
                .withMessageContaining("no such file");
    }
}
