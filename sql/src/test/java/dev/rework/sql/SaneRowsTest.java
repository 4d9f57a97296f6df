package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no row may say, not even the owner's: each of these took a list, the queue or a duty from everybody. */
class SaneRowsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final String TASK =
            "insert into rework.task (operation, %s) select min(id), %s from rework.operation";

    @BeforeAll
    static void registerAnOperation() {
        db.execute("insert into rework.operation (domain, name) values ('default', 'a');"
                + "insert into rework.plan (operation, rule, identity) select id, '* * * * *', '1' from rework.operation;"
                + "insert into rework.plan_watch values ('default', now());"
                + "insert into rework.monitor (host, domain, pid, pid_start, lease) values ('h', 'default', 1, 1, now());"
                + "insert into rework.worker (host, domain, tag, lease)"
                + " values ('h', 'default', gen_random_uuid(), now())");
    }

    @ParameterizedTest
    @Tag("S1")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            state, run_at ; 'queued', 'infinity' ; task_moments
            state, run_at ; 'queued', '-infinity' ; task_moments
            state, run_at ; 'scheduled', '200000-01-01 00:00:00.000001+00' ; task_moments
            state, run_at ; 'queued', '4002-12-31 23:59:59+00 BC' ; task_moments
            state, queued ; 'queued', 'infinity' ; task_moments
            state, queued ; 'queued', '-infinity' ; task_moments
            state, worker, started ; 'running', 1, 'infinity' ; task_moments
            state, worker, started ; 'running', 1, '-infinity' ; task_moments
            state, finished ; 'done', 'infinity' ; task_moments
            state, finished ; 'done', '-infinity' ; task_moments
            state, rank ; 'queued', -2147483648 ; task_numbers
            state, attempt ; 'queued', 2000000001 ; task_numbers
            state, attempt ; 'scheduled', 2000000001 ; task_numbers
            state, worker, attempt ; 'claimed', 1, 2000000002 ; task_numbers
            state, worker, attempt ; 'claimed', 1, -1 ; task_numbers
            state, id ; 'queued', 0 ; task_id
            state, host ; 'queued', repeat('h', 201) ; task_sizes
            state, raw_input ; 'queued', decode(repeat('00', 33554441), 'hex') ; task_sizes
            state, metadata ; 'queued', '[1]' ; task_metadata
            """)
    void noTaskSaysThis(String columns, String values, String constraint) {
        assertThatThrownBy(() -> db.execute(TASK.formatted(columns, values)))
                .hasMessageContaining("violates check constraint \"" + constraint + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state, run_at; 'scheduled', '200000-01-01 00:00:00+00'",
                "state, run_at; 'queued', '4001-01-01 00:00:00+00 BC'",
                "state, rank, attempt; 'queued', -2147483647, 2000000000",
                "state, worker, attempt; 'claimed', 1, 2000000001",
                "state, host; 'queued', repeat('h', 200)",
            })
    void aTaskMaySayThis(String row) {
        String[] parts = row.split(";", 2);
        assertThatCode(() -> db.execute(TASK.formatted(parts[0], parts[1]))).doesNotThrowAnyException();
        assertThat(db.number(
                        "select count(*) from (select waited, ran, priority, attempt from rework.tasks offset 0) x"))
                .isPositive();
    }

    /** Whoever claims the last attempt that may be queued is not refused, and gives it back. */
    @Test
    void theLastAttemptIsClaimedAndGivenBack() {
        db.execute(TASK.formatted("state, attempt, host", "'queued', 2000000000, 'last'"));
        assertThat(db.update("update rework.task set state = 'claimed', worker = 1, attempt = attempt + 1"
                        + " where host = 'last'"))
                .isEqualTo(1);
        assertThat(db.update("update rework.task set state = 'queued', worker = null, attempt = attempt - 1"
                        + " where host = 'last'"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @Tag("S1")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            operation ; timeout_ms = 3153600000001 ; operation_limits
            operation ; grace_ms = 3153600000001 ; operation_limits
            operation ; backoff_ms = 3153600000001 ; operation_limits
            operation ; max_backoff_ms = 3153600000001 ; operation_limits
            operation ; retries = 1000001 ; operation_limits
            operation ; priority = -2147483648 ; operation_limits
            monitor ; lease = 'infinity' ; monitor_sane
            monitor ; lease = '294276-12-31 23:59:59+00' ; monitor_sane
            monitor ; lease = '-infinity' ; monitor_sane
            monitor ; options = '[]' ; monitor_sane
            worker ; lease = 'infinity' ; worker_sane
            worker ; lease = '294276-12-31 23:59:59+00' ; worker_sane
            worker ; lease = '-infinity' ; worker_sane
            worker ; holding = '{1,null}' ; worker_sane
            worker ; holding = '{{1,2},{3,4}}' ; worker_sane
            worker ; holding = array(select generate_series(1, 10001)) ; worker_sane
            worker ; runs = -1 ; worker_sane
            plan ; last_fire = 'infinity' ; plan_last_fire
            plan ; last_fire = '-infinity' ; plan_last_fire
            plan ; host = repeat('h', 201) ; plan_sizes
            plan ; rule = repeat('*', 1001) ; plan_sizes
            plan ; zone = repeat('z', 101) ; plan_sizes
            plan ; raw_input = decode(repeat('00', 33554441), 'hex') ; plan_sizes
            plan ; metadata = '[1]' ; plan_metadata
            plan_watch ; seen = 'infinity' ; plan_watch_seen
            plan_watch ; seen = '-infinity' ; plan_watch_seen
            """)
    void noRowBecomesThis(String table, String change, String constraint) {
        assertThatThrownBy(() -> db.execute("update rework." + table + " set " + change))
                .hasMessageContaining("violates check constraint \"" + constraint + "\"");
    }

    @Test
    void everyCheckIsKnownToHoldForAllRows() {
        assertThat(db.one(
                        String.class,
                        "select string_agg(conname, ' ') from pg_constraint"
                                + " where connamespace = 'rework'::regnamespace and not convalidated"))
                .isEqualTo("audit_sizes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            run_at => 'infinity' ; the moment infinity is not within the years -4000 and 200000
            run_at => '-infinity' ; the moment -infinity is not within the years -4000 and 200000
            priority => -2147483648 ; the priority -2147483648 is below the -2147483647 allowed
            """)
    void whoSchedulesWithSqlIsToldInOneLine(String argument, String said) {
        assertThatThrownBy(() -> db.one(Long.class, "select rework.schedule('a', " + argument + ")"))
                .hasMessageContaining(said);
        assertThat(db.number("select rework.schedule('a', priority => -2147483647)"))
                .isPositive();
    }

    @Test
    void noPriorityIsTheUsualOne() {
        long task = db.number("select rework.schedule('a', priority => null)");
        assertThat(db.number("select rank from rework.task where id = ?", task)).isZero();
    }

    @ParameterizedTest
    @Tag("S12")
    @ValueSource(strings = {"operation", "domain", "host"})
    void whatAnErrorQuotesIsHarmlessToATerminal(String field) {
        String hostile = "E'\\x1b[31m\\u009b1m\\u202ered\\u2066\\x7f'";
        String given = field.equals("operation") ? hostile : "'a', " + field + " => " + hostile;
        assertThatThrownBy(() -> db.one(Long.class, "select rework.schedule(" + given + ")"))
                .hasMessageContaining("?[31m?1m?red??")
                .message()
                .doesNotContainPattern("[\\x1b\\x7f\\x9b\\u202e\\u2066]");
    }
}
