package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What each role may do and may not, statement by statement. */
class RolesTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final List<String> ROLES = List.of("reader", "submitter", "operator", "worker", "monitor", "nobody");

    /** A statement, and who may run it. */
    private record Deed(String name, String sql, String... allowed) {}

    private static final String NEW_TASK =
            "insert into rework.task (operation, state, input) values (1, 'queued', '1')";

    private static final List<Deed> DEEDS = List.of(
            new Deed(
                    "read the schema's version",
                    "select max(version) from rework.schema_version",
                    "reader",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed(
                    "list tasks",
                    "select id, state, error from rework.tasks",
                    "reader",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed("list workers", "select id, state from rework.worker", "reader", "operator", "worker", "monitor"),
            new Deed("read an input", "select input from rework.task", "submitter", "operator", "worker", "monitor"),
            new Deed(
                    "read a raw output",
                    "select raw_output from rework.task",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed("read a plan's input", "select input from rework.plan", "operator", "monitor"),
            new Deed("list plans", "select id, input from rework.plans", "reader", "operator", "monitor"),
            new Deed(
                    "ask for a thread dump",
                    "update rework.worker set dump_requested = now() where id = 1",
                    "operator",
                    "monitor"),
            new Deed("read logs", "select line from rework.log", "reader", "operator", "worker", "monitor"),
            new Deed(
                    "read own logs",
                    "select line from rework.lines",
                    "reader",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed("read the audit", "select verb from rework.audit", "reader", "operator", "monitor"),
            new Deed(
                    "count the queue",
                    "select rework.queue_depth('default')",
                    "reader",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed("schedule", NEW_TASK, "submitter", "operator", "worker", "monitor"),
            new Deed(
                    "schedule from SQL",
                    "select rework.schedule('a', '1')",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed(
                    "insert a task that has run",
                    "insert into rework.task (operation, state, finished) values (1, 'done', now())",
                    "monitor"),
            new Deed(
                    "insert a task in a worker's hands",
                    "insert into rework.task (operation, state, worker) values (1, 'running', 1)"),
            new Deed("write an output", "update rework.task set output = '2' where id = 1", "worker", "monitor"),
            new Deed("change an input", "update rework.task set input = '2' where id = 1", "monitor"),
            new Deed(
                    "move a task to another operation", "update rework.task set operation = 2 where id = 1", "monitor"),
            new Deed(
                    "cancel",
                    "update rework.task set state = 'aborted', cause = 'cancelled', finished = now()" + " where id = 1",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed("abort from SQL", "select rework.abort(1)", "operator"),
            new Deed("delete a task", "delete from rework.task where id = 1", "monitor"),
            new Deed(
                    "ask a worker to stop",
                    "update rework.worker set stop_requested = now() where id = 1",
                    "operator",
                    "monitor"),
            new Deed("renew a lease", "update rework.worker set lease = now() where id = 1", "worker", "monitor"),
            new Deed("delete a worker's row", "delete from rework.worker where id = 1", "monitor"),
            new Deed(
                    "start a worker",
                    "insert into rework.worker (host, domain, tag, lease)"
                            + " values ('h', 'default', gen_random_uuid(), now())",
                    "monitor"),
            new Deed(
                    "start a monitor",
                    "insert into rework.monitor (host, domain, pid, pid_start, lease)"
                            + " values ('h', 'other', 1, 1, now())",
                    "monitor"),
            new Deed(
                    "register an operation",
                    "insert into rework.operation (domain, name) values ('default', 'b')",
                    "operator"),
            new Deed("change an operation", "update rework.operation set retries = 3", "operator"),
            new Deed("delete an operation", "delete from rework.operation where id = -1"),
            new Deed("retire a registration", "update rework.registration set retired_at = now()", "operator"),
            new Deed(
                    "prepare a plan",
                    "insert into rework.plan (operation, rule, identity) values (1, '* * * * *', 'x')",
                    "operator"),
            new Deed("remove a plan", "delete from rework.plan", "operator"),
            new Deed("move a plan on", "update rework.plan set last_fire = now()", "operator", "monitor"),
            new Deed(
                    "write logs",
                    "insert into rework.log (task, attempt, time, stream, level, line)"
                            + " values (1, 1, now(), 'stdout', 'INFO', 'x')",
                    "monitor"),
            new Deed("change logs", "update rework.log set line = ''"),
            new Deed("purge logs", "delete from rework.log", "monitor"),
            new Deed("make a partition", "select rework.make_log_day('2050-01-01')", "monitor"),
            new Deed("list old partitions", "select rework.log_days('1990-01-01')", "monitor"),
            new Deed("drop a partition", "select rework.drop_log_day('1990-01-01')", "monitor"),
            new Deed("read what workers used", "select memory_mb from rework.sample", "reader", "operator", "monitor"),
            new Deed(
                    "keep what a worker used",
                    "insert into rework.sample (worker, memory_mb, cpu_percent) select id, 1, 1 from rework.worker",
                    "monitor"),
            new Deed("keep what a moment means", "update rework.task set moments = '{}'", "worker", "monitor"),
            new Deed(
                    "remember an attempt",
                    "insert into rework.attempt (task, attempt, cause) values (1, 1, 'error')",
                    "monitor"),
            new Deed("read a worker's tag", "select tag from rework.worker", "monitor"),
            new Deed("ask which worker it is", "select rework.this_worker()", "worker", "monitor"),
            new Deed(
                    "say who asked for a task",
                    "insert into rework.task (operation, state, submitter) values (1, 'queued', 'another')"),
            new Deed(
                    "leave an audit row",
                    "insert into rework.audit (who, verb, target) values (session_user || '/joe', 'retry', 'task 1')",
                    "submitter",
                    "operator",
                    "worker",
                    "monitor"),
            new Deed(
                    "leave an audit row in another's name",
                    "insert into rework.audit (who, verb, target) values ('another/joe', 'retry', 'task 1')"),
            new Deed(
                    "antedate an audit row",
                    "insert into rework.audit (at, who, verb, target) values (now(), session_user, 'retry', 'task 1')"),
            new Deed("forge an audit", "update rework.audit set who = 'another'"),
            new Deed("change the schema's version", "update rework.schema_version set version = 2"),
            new Deed("make a table", "create table rework.mine (n int)"),
            new Deed("add a column", "alter table rework.task add column mine int"),
            new Deed("drop a table", "drop table rework.log"),
            new Deed("empty a table", "truncate rework.log"));

    @BeforeAll
    static void makeRoles() throws SQLException {
        try (Connection connection = db.connection()) {
            Schema.roles(connection);
            Schema.roles(connection);
        }
        db.execute("insert into rework.operation (domain, name) values ('default', 'a'), ('default', 'c');"
                + "insert into rework.task (operation, state, input) values (1, 'queued', '1');"
                + "insert into rework.worker (host, domain, tag, lease)"
                + " values ('h', 'default', gen_random_uuid(), now());"
                + "do $$ begin create role rework_test_nobody; exception when duplicate_object then null; end $$");
    }

    static Stream<Arguments> cells() {
        return DEEDS.stream()
                .flatMap(deed -> ROLES.stream()
                        .map(role -> Arguments.of(
                                role,
                                deed.name(),
                                deed.sql(),
                                List.of(deed.allowed()).contains(role))));
    }

    @ParameterizedTest(name = "{0}: {1}: {3}")
    @MethodSource("cells")
    @Tag("S7")
    @Tag("S18")
    @Tag("S23")
    void aRoleMayDoWhatItNeedsAndNothingElse(String role, String name, String sql, boolean allowed)
            throws SQLException {
        String who = role.equals("nobody") ? "rework_test_nobody" : "rework_" + role;
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set local role " + who);
            if (allowed) {
                statement.execute(sql);
            } else {
                assertThatThrownBy(() -> statement.execute(sql))
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState())
                                        .as(e.getMessage())
                                        .isEqualTo("42501"));
            }
            connection.rollback();
        }
    }

    @Test
    void theOwnerIsNoLongerWhoInstalled() {
        assertThat(db.number("select count(*) from pg_class where relnamespace = 'rework'::regnamespace"
                        + " and relkind in ('r', 'p', 'v', 'S') and relowner <> 'rework_owner'::regrole"))
                .isZero();
        assertThat(db.number("select count(*) from pg_proc where pronamespace = 'rework'::regnamespace"
                        + " and proowner <> 'rework_owner'::regrole"))
                .isZero();
        assertThat(db.number("select count(*) from pg_roles where rolname like 'rework\\_%' and rolcanlogin"
                        + " and rolname not like 'rework\\_test%'"))
                .isZero();
    }

    @Test
    void noFunctionFindsAShadowInAnotherSchema() {
        assertThat(db.number("select count(*) from pg_proc where pronamespace = 'rework'::regnamespace"
                        + " and not coalesce(proconfig::text, '') like '%search_path=pg_catalog, pg_temp%'"))
                .isZero();
    }

    @Test
    void aReaderSeesEveryColumnButThePayloads() {
        assertThat(db.one(String.class, """
                select string_agg(c.relname || '.' || a.attname, ' ' order by c.relname, a.attname)
                  from pg_attribute a
                  join pg_class c on c.oid = a.attrelid
                 where c.relnamespace = 'rework'::regnamespace and c.relkind in ('r', 'p', 'v')
                   and not c.relispartition and a.attnum > 0 and not a.attisdropped
                   and not has_column_privilege('rework_reader', c.oid, a.attnum, 'select')
                """))
                .isEqualTo(
                        "plan.identity plan.input plan.raw_input task.input task.moments task.output task.raw_input task.raw_output task.token worker.tag");
    }

    @Test
    void aReaderSeesPlansWithoutTheirInputs() throws SQLException {
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into rework.plan (operation, rule, identity, input)"
                    + " values (1, '* * * * *', 'secret', '\"secret\"')");
            for (String role : List.of("reader", "operator")) {
                statement.execute("set local role rework_" + role);
                try (ResultSet row = statement.executeQuery("select input::text from rework.plans")) {
                    row.next();
                    assertThat(row.getString(1)).isEqualTo(role.equals("reader") ? null : "\"secret\"");
                }
            }
            connection.rollback();
        }
    }

    @Test
    void anOwnerThatIsNoSuperuserInstallsAndMakesThem() throws SQLException {
        TestDatabase plain = TestDatabase.empty().create("plain");
        try {
            plain.execute("do $$ begin create role rework_test_dba createrole login; exception"
                    + " when duplicate_object then null; end $$");
            plain.execute("grant create on database " + plain.name() + " to rework_test_dba;"
                    + "grant rework_owner, rework_reader, rework_submitter, rework_operator, rework_worker,"
                    + " rework_monitor to rework_test_dba with admin option");
            try (Connection connection = plain.connection();
                    Statement statement = connection.createStatement()) {
                statement.execute("set role rework_test_dba");
                Schema.install(connection);
                Schema.roles(connection);
                assertThat(Schema.install(connection)).isZero();
            }
        } finally {
            plain.drop();
        }
    }

    @Test
    @Tag("S8")
    void whatSomebodyPutsIntoPublicIsNotCalled() throws SQLException {
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String shadow : List.of(
                    "now() returns timestamptz",
                    "length(text) returns integer",
                    "pg_notify(text, text) returns void",
                    "clock_timestamp() returns timestamptz",
                    "strpos(text, text) returns integer",
                    "jsonb_typeof(jsonb) returns text")) {
                statement.execute("create function public." + shadow
                        + " language plpgsql as $$ begin raise exception 'shadow called'; end $$");
            }
            statement.execute("create table public.task (id bigint)");
            statement.execute("set local search_path = public, pg_catalog");
            statement.execute("set local role rework_operator");
            statement.execute("select rework.abort(rework.schedule('a', '1', metadata => '{\"a\":1}'))");
            statement.execute("select rework.queue_depth('default')");
            statement.execute("set local role rework_monitor");
            statement.execute("select rework.make_log_day('2050-01-01')");
            statement.execute("select rework.forget_audit(pg_catalog.now() - interval '1 year')");
            connection.rollback();
        }
        assertThat(db.one(String.class, """
                select string_agg(p.proname, ' ' order by p.proname)
                  from pg_proc p
                 where p.pronamespace = 'rework'::regnamespace
                   and (p.proconfig is null or not p.proconfig::text like '%search_path=pg_catalog, pg_temp%'
                        or has_function_privilege('rework_test_nobody', p.oid, 'execute'))
                """))
                .as("functions without a search_path, or for everybody")
                .isNull();
    }

    @Test
    @Tag("S19")
    void theAuditIsForgottenByAgeAloneAndSaysSo() {
        db.execute(
                "insert into rework.audit (at, who, verb, target) values"
                        + " (now() - interval '1 year', 'joe', 'abort', 'task 1'), (now() - interval '80 days', 'joe', 'abort', 'x')");
        assertThatThrownBy(() -> db.number("select rework.forget_audit(now() - interval '89 days')"))
                .hasMessageContaining("audit rows of the last 90 days are kept");
        assertThat(db.number("select rework.forget_audit(now() - interval '91 days')"))
                .isOne();
        assertThat(db.one(
                        String.class,
                        "select verb || ' ' || target || ' ' || detail from rework.audit" + " where verb = 'vacuum'"))
                .startsWith("vacuum audit 1 rows from before ");
        db.execute("delete from rework.audit");
    }

    @Test
    @Tag("S17")
    void sqlGoesPastNoLimit() {
        for (String wrong : List.of(
                "select rework.schedule('a', '1', metadata => '[1]')",
                "select rework.schedule('a', '1', metadata => jsonb_build_object('k', repeat('x', 70000)))",
                "select rework.schedule('a', '1', metadata => jsonb_build_object(repeat('k', 201), 1))",
                "select rework.schedule('a', '1', metadata => (select jsonb_object_agg(n, n) from generate_series(1, 101) n))",
                "select rework.schedule('a', to_json(repeat('x', 33554433)))",
                "select rework.schedule(repeat('a', 201), '1')",
                "select rework.abort(1, repeat('x', 2001))")) {
            assertThatThrownBy(() -> db.one(String.class, wrong))
                    .as(wrong)
                    .hasMessageMatching("(?s).*(at most|more than|not an" + " object).*");
        }
        for (String wrong : List.of(
                "insert into rework.task (operation, state, metadata) values (1, 'queued', '[]')",
                "insert into rework.task (operation, state, host) values (1, 'queued', repeat('h', 201))",
                "insert into rework.task (operation, state, input) values (1, 'queued', to_json(repeat('x', 33554500)))",
                "insert into rework.task (operation, state, raw_input) values (1, 'queued', repeat('x', 33554500)::bytea)",
                "insert into rework.task (operation, state, metadata)"
                        + " values (1, 'queued', jsonb_build_object('k', repeat('x', 600000)))",
                "insert into rework.plan (operation, rule, identity) values (1, repeat('*', 1001), 'x')",
                "insert into rework.audit (who, verb, target) values ('x', 'y', repeat('x', 1001))")) {
            assertThatThrownBy(() -> db.execute(wrong)).as(wrong).hasMessageContaining("violates check constraint");
        }
        db.execute(
                "insert into rework.task (operation, state, input) values (1, 'queued', to_json(repeat('x', 33554000)));"
                        + "update rework.task set state = 'aborted', cause = 'cancelled', finished = now() where state = 'queued'"
                        + " and id > 1");
    }

    @Test
    void theyOutliveAReset() throws SQLException {
        TestDatabase other = new TestDatabase().create("reset");
        try (Connection connection = other.connection();
                Statement statement = connection.createStatement()) {
            Schema.roles(connection);
            Schema.reset(connection);
            statement.execute("set role rework_monitor");
            statement.execute("insert into rework.monitor (host, domain, pid, pid_start, lease)"
                    + " values ('h', 'default', 1, 1, now())");
        } finally {
            other.drop();
        }
    }

    @Test
    void severalDatabasesMayMakeThemAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        CyclicBarrier together = new CyclicBarrier(3);
        List<TestDatabase> databases = new ArrayList<>();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                TestDatabase one = new TestDatabase().create("roles");
                databases.add(one);
                all.add(pool.submit(() -> {
                    together.await();
                    try (Connection connection = one.connection()) {
                        Schema.roles(connection);
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
            for (TestDatabase one : databases) {
                one.drop();
            }
        }
    }

    @Test
    void aDatabaseWithoutTheSchemaIsRefused() throws SQLException {
        TestDatabase empty = TestDatabase.empty().create("norole");
        try (Connection connection = empty.connection()) {
            assertThatThrownBy(() -> Schema.roles(connection)).isInstanceOf(SchemaException.class);
        } finally {
            empty.drop();
        }
    }
}
