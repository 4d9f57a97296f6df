package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.PlanStore.Draft;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AuditTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private final Jdbi jdbi = TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR));
    private final Audit audit = new Audit(jdbi);
    private long operation;

    @BeforeEach
    void anOperation() {
        db.execute("truncate rework.task, rework.plan, rework.operation, rework.audit cascade");
        operation = db.number("insert into rework.operation (domain, name) values ('d', 'op') returning id");
    }

    @Test
    @Tag("S19")
    void aRowSaysWhoDidWhatToWhat() {
        long task = task("queued");

        new TaskStore(jdbi).abort(task, "enough\u0000");

        Audit.Row row = rows().get(0);
        assertThat(row.who()).isEqualTo(db.user(TestDatabase.Part.OPERATOR) + "/" + System.getProperty("user.name"));
        assertThat(row.verb()).isEqualTo("abort");
        assertThat(row.target()).isEqualTo("task " + task);
        assertThat(row.detail()).isEqualTo("enough\u2400");
        assertThat(row.at()).isNotNull();
    }

    @Test
    @Tag("S19")
    void aRetryIsAuditedOnceAndARefusedOneNotAtAll() {
        long task = task("queued");
        try (Scheduler scheduler = new Scheduler(new Database(db.dataSource(TestDatabase.Part.OPERATOR), "here"))) {
            assertThat(scheduler.again(task, 1)).isZero();
            assertThat(rows()).isEmpty();
            db.execute("update rework.task set state = 'aborted', cause = 'cancelled', finished = clock_timestamp()");

            long again = scheduler.again(task, 2);

            assertThat(said()).containsExactly("retry task " + task + " task " + again);
        }
    }

    @Test
    @Tag("S19")
    void whatIsDoneToAPlanIsAuditedWhenThereIsOne() {
        PlanStore plans = new PlanStore(jdbi);
        PlanFires fires = new PlanFires(jdbi);

        long plan = plans.prepare(new Draft(
                operation, "", "5 * * * *", ZoneOffset.UTC, null, null, "{}", PlanPolicy.DEFAULT, null, List.of()));
        plans.pause(plan);
        plans.resume(plan);
        OptionalLong task = fires.runNow(plan, fires.order(plan).orElseThrow(), null);
        plans.unprepare(plan);
        plans.unprepare(plan);
        plans.pause(plan);

        assertThat(said())
                .containsExactly(
                        "prepare plan " + plan + " operation " + operation + ": 5 * * * * Z",
                        "pause plan " + plan + " ",
                        "resume plan " + plan + " ",
                        "launch plan " + plan + " task " + task.getAsLong(),
                        "unprepare plan " + plan + " ");
    }

    @Test
    @Tag("S19")
    void whatIsPurgedByHandIsAuditedAndWhatAMonitorPurgesIsNot() {
        task("queued");
        Jdbi monitors = TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR));
        Retention.byHand(monitors).finishedTasks("d", Duration.ZERO);
        assertThat(rows()).isEmpty();

        Retention.byHand(monitors).queuedTasks("d", Duration.ZERO);
        task("queued");
        new Retention(monitors).queuedTasks("d", Duration.ZERO);

        assertThat(said()).containsExactly("vacuum domain d queued tasks older than PT0S");
    }

    @Test
    void nothingIsSaidOfWhatDidNotHappen() {
        long task = task("queued");
        db.execute("alter table rework.audit add constraint never check (false) not valid");
        try {
            assertThatThrownBy(() -> new TaskStore(jdbi).abort(task, "x")).hasMessageContaining("never");
        } finally {
            db.execute("alter table rework.audit drop constraint never");
        }
        assertThat(db.one(String.class, "select state from rework.task where id = " + task))
                .isEqualTo("queued");
    }

    @Test
    void pagesGoOnAboveAnIdAndCanBeOfOneVerb() {
        long first = task("queued");
        long second = task("queued");
        TaskStore tasks = new TaskStore(jdbi);
        tasks.abort(first, "");
        tasks.abort(second, "");
        List<Audit.Row> all = rows();

        assertThat(audit.list(null, 1, null)).containsExactly(all.get(1));
        assertThat(audit.list("abort", 10, all.get(0).id())).containsExactly(all.get(1));
        assertThat(audit.list("kill", 10, null)).isEmpty();
    }

    private long task(String state) {
        return db.number(
                "insert into rework.task (operation, state, queued) values (?, ?, clock_timestamp()) returning id",
                operation,
                state);
    }

    private List<Audit.Row> rows() {
        return audit.list(null, 50, null);
    }

    private List<String> said() {
        return rows().stream()
                .map(row -> row.verb() + " " + row.target() + " " + row.detail())
                .toList();
    }
}
