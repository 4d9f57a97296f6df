package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Attempt;
import dev.rework.Cause;
import dev.rework.Progress;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.TaskStore.AbortAnswer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskStoreTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private TaskStore tasks;

    @BeforeAll
    static void makeOperation() {
        db.update("insert into rework.operation (domain, name, retries) values ('images', 'shrink', 2)");
    }

    @BeforeEach
    void open() {
        tasks = new TaskStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)));
    }

    private static long task(String state) {
        return db.number("""
                insert into rework.task (operation, state, cause, worker, attempt, started, finished)
                select max(id), ?,
                       case ? when 'failed' then 'error' when 'aborted' then 'timeout' when 'aborting' then 'timeout' end,
                       7, 1, clock_timestamp(),
                       case when ? in ('done', 'failed', 'aborted') then clock_timestamp() end
                  from rework.operation
                returning id
                """, state, state, state);
    }

    @ParameterizedTest
    @CsvSource({
        "scheduled, CANCELLED, aborted, cancelled",
        "blocked,   CANCELLED, aborted, cancelled",
        "queued,    CANCELLED, aborted, cancelled",
        "claimed,   ASKED,     aborting, abort",
        "running,   ASKED,     aborting, abort",
        "aborting,  ABORTING,  aborting, timeout",
        "done,      FINISHED,  done, none",
        "failed,    FINISHED,  failed, error",
        "aborted,   FINISHED,  aborted, timeout",
    })
    void anAbortOfEachState(String state, AbortAnswer answer, String after, String cause) {
        long id = task(state);

        assertThat(tasks.abort(id, "because")).isEqualTo(answer);

        assertThat(db.one(
                        String.class,
                        "select concat_ws(' ', state, coalesce(cause, 'none'), reason) from rework.task where id = ?",
                        id))
                .isEqualTo(after + " " + cause
                        + (answer == AbortAnswer.CANCELLED || answer == AbortAnswer.ASKED ? " because" : ""));
        assertThat(db.number("select count(*) from rework.audit where target = ?", "task " + id))
                .isEqualTo(answer == AbortAnswer.CANCELLED || answer == AbortAnswer.ASKED ? 1 : 0);
    }

    @Test
    void nothingIsKnownOfATaskThatIsNotThere() {
        assertThat(tasks.abort(987_654_321, "x")).isEqualTo(AbortAnswer.UNKNOWN);
        assertThat(tasks.find(987_654_321)).isEmpty();
        assertThat(tasks.bodies(987_654_321)).isEmpty();
        assertThat(tasks.outcome(987_654_321)).isEmpty();
        assertThat(tasks.attempts(987_654_321)).isEmpty();
    }

    @Test
    void aClaimedTaskIsShownAsQueuedAndNotBegun() {
        TaskSnapshot seen = tasks.find(task("claimed")).orElseThrow();

        assertThat(seen.state()).isEqualTo(TaskState.QUEUED);
        assertThat(seen.attempt()).isZero();
        assertThat(seen.worker()).isNull();
        assertThat(seen.maxAttempts()).isEqualTo(3);
    }

    @Test
    void showsProgressAndEarlierAttempts() {
        long id = task("running");
        db.update(
                "update rework.task set progress = '{\"done\": 3, \"total\": 9, \"message\": \"third\"}', cpu_ms = 12,"
                        + " peak_mb = 34 where id = ?",
                id);
        db.update("""
                insert into rework.attempt (task, attempt, worker, cause, reason, error, started, peak_mb)
                values (?, 1, 5, 'memory', 'too much', 'trace', clock_timestamp(), 99)
                """, id);

        TaskSnapshot seen = tasks.find(id).orElseThrow();
        List<Attempt> attempts = tasks.attempts(id);

        assertThat(seen.progress()).isEqualTo(new Progress(3, 9, "third"));
        assertThat(seen.cpuMs()).isEqualTo(12);
        assertThat(seen.peakMb()).isEqualTo(34);
        assertThat(attempts).hasSize(1).first().satisfies(attempt -> {
            assertThat(attempt.cause()).isEqualTo(Cause.MEMORY);
            assertThat(attempt.worker()).isEqualTo(5);
            assertThat(attempt.peakMb()).isEqualTo(99);
        });
    }
}
