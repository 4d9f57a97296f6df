package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows of before the limits, and of before the CHECKs: each is mended, says what it said, and goes its way. */
class EarlierRowsTest {

    private static final String TASK =
            "insert into rework.task (operation, %s) select min(id), %s from rework.operation";
    private static final String TOO_LARGE = "decode(repeat('00', 33554441), 'hex')";
    private static final String LONG_HOST = "h".repeat(300);

    private final TestDatabase db = TestDatabase.empty();

    @BeforeEach
    void create() throws SQLException {
        db.create("earlier");
    }

    @AfterEach
    void drop() throws SQLException {
        db.drop();
    }

    private void upTo(int version) {
        try (Connection connection = db.connection()) {
            Schema.install(connection, Migration.ALL.subList(0, version));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void furnished(int version) {
        upTo(version);
        db.execute("insert into rework.operation (domain, name) values ('d', 'op');"
                + "insert into rework.worker (host, domain, tag, lease)"
                + " values ('h', 'd', gen_random_uuid(), clock_timestamp())");
    }

    private void task(String columns, String values) {
        db.execute(TASK.formatted(columns, values));
    }

    private String of(String column, String where) {
        return String.valueOf(
                db.one(String.class, "select (" + column + ")::text from rework.task where " + where + " order by id"));
    }

    private int ended() {
        return db.update("update rework.task set state = 'failed', cause = 'error', finished = clock_timestamp(),"
                + " worker = 1, run_at = run_at where finished is null");
    }

    @Test
    @Tag("fault-35")
    void aTaskOfBeforeTheLimitsIsEnded() {
        furnished(2);
        task("state, worker, attempt, metadata", "'running', 1, 1, '[1, 2]'");
        task("state, metadata", "'queued', 'null'");
        task("state, host, metadata", "'queued', '" + LONG_HOST + "', '{\"who\": \"joe\"}'");
        task("state, raw_input, metadata, rank", "'queued', " + TOO_LARGE + ", '[3]', -2147483648");
        upTo(4);
        assertThatThrownBy(this::ended).hasMessageContaining("violates check constraint");

        upTo(Migration.NEWEST);
        assertThat(of("metadata", "state = 'running'")).isEqualTo("{\"rework.metadata\": [1, 2]}");
        assertThat(of("metadata", "metadata = '{\"rework.metadata\": null}'")).isNotEqualTo("null");
        assertThat(of("metadata", "host <> ''"))
                .isEqualTo("{\"who\": \"joe\", \"rework.host\": \"" + LONG_HOST + "\"}");
        assertThat(of("host", "host <> ''")).isEqualTo("h".repeat(199) + "…");
        assertThat(of("metadata", "rank < 0")).isEqualTo("{\"rework.metadata\": [3]}");
        assertThat(of("octet_length(raw_input)", "rank < 0")).isEqualTo("33554441");
        assertThat(ended()).isEqualTo(4);
        assertThatThrownBy(() -> task("state, raw_input", "'queued', " + TOO_LARGE))
                .hasMessageContaining("task_sizes");
    }

    @Test
    void aPlanOfBeforeTheLimitsFires() {
        furnished(2);
        db.execute("insert into rework.plan (operation, rule, host, metadata, last_fire, identity)"
                + " select id, '* * * * *' || repeat(' ', 1000), '" + LONG_HOST + "', '\"x\"', '-infinity', '1'"
                + " from rework.operation");
        upTo(Migration.NEWEST);
        assertThat(db.update("update rework.plan set last_fire = clock_timestamp(), fired = fired + 1"
                        + " where last_fire = '4001-01-01 00:00:00+00 BC'"))
                .isEqualTo(1);
        assertThat(db.one(String.class, "select metadata::text from rework.plan"))
                .isEqualTo("{\"rework.host\": \"" + LONG_HOST + "\", \"rework.metadata\": \"x\"}");
    }

    @Test
    void whatNoRowMaySayAnyMoreIsTheNearestThatItMay() {
        furnished(4);
        db.execute("update rework.operation set retries = 2147483647, priority = -2147483648,"
                + " timeout_ms = 9223372036854775807, grace_ms = 9223372036854775807,"
                + " backoff_ms = 9223372036854775807, max_backoff_ms = 9223372036854775807;"
                + "update rework.worker set lease = 'infinity', holding = '{{1,null},{2,3}}', runs = -1;"
                + "insert into rework.monitor (host, domain, pid, pid_start, lease, options)"
                + " values ('h', 'd', 1, 1, '294276-12-31 23:59:59+00', '[7]');"
                + "insert into rework.plan_watch values ('d', 'infinity'), ('e', '-infinity')");
        task("state, run_at, queued, rank, attempt", "'queued', '-infinity', '-infinity', -2147483648, 2147483647");
        task("state, run_at", "'scheduled', 'infinity'");
        task("state, worker, started, attempt", "'running', 1, 'infinity', -5");
        task("state, started, finished", "'done', '-infinity', 'infinity'");
        upTo(Migration.NEWEST);

        assertThat(db.one(
                        String.class,
                        "select concat_ws(' ', retries, priority, timeout_ms, grace_ms, backoff_ms, max_backoff_ms)"
                                + " from rework.operation"))
                .isEqualTo("1000000 -2147483647 3153600000000 3153600000000 3153600000000 3153600000000");
        assertThat(db.one(
                        String.class,
                        "select concat_ws(' ', holding, runs, extract(year from lease)) from rework.worker"))
                .isEqualTo("{1,2,3} 0 200000");
        assertThat(db.one(String.class, "select concat_ws(' ', options, extract(year from lease)) from rework.monitor"))
                .isEqualTo("{\"rework.options\": [7]} 200000");
        assertThat(db.number("select count(*) from rework.plan_watch where seen <= clock_timestamp()"))
                .isEqualTo(2);
        assertThat(of("attempt", "state = 'queued'")).isEqualTo("2000000000");
        assertThat(of("extract(year from run_at at time zone 'UTC')", "state = 'queued'"))
                .isEqualTo("-4001");
        assertThat(of("extract(year from run_at at time zone 'UTC')", "state = 'scheduled'"))
                .isEqualTo("200000");
        assertThat(of("attempt", "state = 'running'")).isEqualTo("0");
        assertThat(
                        db.number(
                                "select count(*) from (select waited, ran, priority, max_attempts from rework.tasks offset 0) x"))
                .isEqualTo(4);
        assertThat(ended()).isEqualTo(3);
    }

    @Test
    void whatCameBetweenTheStepsIsMendedToo() {
        furnished(5);
        task("state, run_at", "'queued', 'infinity'");
        db.execute("update rework.operation set retries = 2147483647");
        upTo(Migration.NEWEST);
        assertThat(of("extract(year from run_at at time zone 'UTC')", "true")).isEqualTo("200000");
        assertThat(db.number("select max(retries) from rework.operation")).isEqualTo(1_000_000);
        assertThat(db.number("select count(*) from pg_proc where proname = 'mend_rows'"))
                .isZero();
    }

    @Test
    void aTaskNoughtStaysAndStopsNoUpgrade() {
        furnished(4);
        task("id, state", "0, 'queued'");
        upTo(Migration.NEWEST);
        assertThat(ended()).isEqualTo(1);
        assertThat(db.number("select count(*) from pg_constraint where conname = 'task_id'"))
                .isZero();
    }

    /** The steps that read whole tables, and those who write meanwhile. */
    @Test
    @Tag("fault-35")
    void theLongStepsAreInNobodysWayAndNobodyInTheirs() throws SQLException {
        furnished(4);
        task("state", "'queued'");
        task("state", "'queued'");
        for (int version : new int[] {5, 7}) {
            upTo(version - 1);
            try (Connection writer = db.connection();
                    Statement writing = writer.createStatement()) {
                writer.setAutoCommit(false);
                writing.execute("update rework.task set rank = rank + 1; update rework.worker set runs = runs + 1");
                try (Connection step = db.connection();
                        Statement stepping = step.createStatement()) {
                    step.setAutoCommit(false);
                    stepping.execute("set local lock_timeout = '10s'");
                    stepping.execute(Migration.ALL.get(version - 1).sql());
                    writing.execute("set local lock_timeout = '10s'; update rework.task set rank = rank + 1;"
                            + "update rework.worker set runs = runs + 1;"
                            + "insert into rework.task (operation, state) select id, 'queued' from rework.operation");
                    step.rollback();
                }
                writer.commit();
            }
        }
        assertThat(db.number("select min(rank) from rework.task where id <= 2")).isEqualTo(4);
    }
}
