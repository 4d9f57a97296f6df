package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SchemaTest {

    private static final Migration FIRST = new Migration(1, "0001_first.sql", "create table rework.first (n int)");
    private static final Migration SECOND = new Migration(2, "0002_second.sql", "create table rework.second (n int)");

    private final TestDatabase db = TestDatabase.empty();

    @BeforeEach
    void create() throws SQLException {
        db.create("schema");
    }

    @AfterEach
    void drop() throws SQLException {
        db.drop();
    }

    private SchemaStatus status() throws SQLException {
        try (Connection connection = db.connection()) {
            return Schema.status(connection);
        }
    }

    private int install() throws SQLException {
        try (Connection connection = db.connection()) {
            return Schema.install(connection);
        }
    }

    private int install(List<Migration> migrations) throws SQLException {
        try (Connection connection = db.connection()) {
            return Schema.install(connection, migrations);
        }
    }

    @Test
    void anEmptyDatabaseIsMissingThenCurrentThenLeftAlone() throws SQLException {
        assertThat(status()).isEqualTo(new SchemaStatus.Missing());
        assertThat(install()).isEqualTo(Migration.NEWEST);
        assertThat(status()).isEqualTo(new SchemaStatus.Current(Migration.NEWEST));
        assertThat(install()).isZero();
    }

    @Test
    void aSchemaMadeEmptyBySomebodyElseIsUsed() throws SQLException {
        db.execute("create schema rework");
        assertThat(status()).isEqualTo(new SchemaStatus.Missing());
        install();
        assertThat(status().isCurrent()).isTrue();
    }

    @Test
    void aSchemaOfOnesOwnIsAllTheRightItTakes() throws SQLException {
        db.execute("do $$ begin create role rework_test_plain; exception when duplicate_object then null; end $$;"
                + "create schema rework authorization rework_test_plain");
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("set role rework_test_plain");
            assertThat(Schema.install(connection)).isEqualTo(Migration.NEWEST);
            assertThat(Schema.install(connection)).isZero();
        }
        assertThat(db.number("select count(*) from pg_inherits where inhparent = 'rework.log'::regclass"))
                .isGreaterThan(3);
    }

    @Test
    void theConnectionKeepsItsAutoCommit() throws SQLException {
        try (Connection connection = db.connection()) {
            connection.setAutoCommit(false);
            Schema.install(connection);
            assertThat(connection.getAutoCommit()).isFalse();
        }
    }

    @Test
    @Tag("fault-36")
    void tenMayInstallAtOnce() throws Exception {
        assertThat(atOnce(10, this::install).stream().mapToInt(i -> i).sum()).isEqualTo(Migration.NEWEST);
        assertThat(status().isCurrent()).isTrue();
    }

    @Test
    @Tag("fault-36")
    void tenMayUpgradeAtOnce() throws Exception {
        install(List.of(FIRST));
        List<Integer> applied = atOnce(10, () -> install(List.of(FIRST, SECOND)));
        assertThat(applied.stream().mapToInt(i -> i).sum()).isEqualTo(1);
    }

    private static List<Integer> atOnce(int threads, Callable<Integer> what) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CyclicBarrier together = new CyclicBarrier(threads);
        try {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(pool.submit(() -> {
                    together.await();
                    return what.call();
                }));
            }
            List<Integer> results = new ArrayList<>();
            for (Future<Integer> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    @Tag("fault-36")
    void aKilledMigrationLeavesTheStepBeforeAndIsDoneByTheNext() throws Exception {
        Migration slow = new Migration(2, "0002_slow.sql", "create table rework.half (n int); select pg_sleep(600)");
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> killed = thread.submit(() -> install(List.of(FIRST, slow)));
            Eventually.isTrue("the backend in the middle of step 2 is killed", () -> db.number("""
                            select count(pg_terminate_backend(pid)) from pg_stat_activity
                             where datname = current_database() and wait_event = 'PgSleep'
                            """) == 1);
            assertThatThrownBy(killed::get).hasCauseInstanceOf(SQLException.class);
        } finally {
            thread.shutdownNow();
        }
        assertThat(db.one(String.class, "select to_regclass('rework.half')::text"))
                .isNull();
        assertThat(db.number("select max(version) from rework.schema_version")).isEqualTo(1);
        assertThat(install(List.of(FIRST, SECOND))).isEqualTo(1);
        assertThat(db.number("select count(*) from rework.second")).isZero();
    }

    @Test
    @Tag("fault-36")
    void aKilledProcessLeavesTheStepBeforeAndTheNextGoesOn() throws Exception {
        Process process = InstallMain.start(db.jdbcUrl(), db.user(), db.password());
        try {
            Eventually.isTrue("the process is in the middle of step 2", () -> db.number("""
                            select count(*) from pg_stat_activity
                             where datname = current_database() and wait_event = 'PgSleep'
                            """) == 1);
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(install(List.of(FIRST, SECOND))).isEqualTo(1);
        assertThat(db.one(String.class, "select to_regclass('rework.half')::text"))
                .isNull();
    }

    @Test
    @Tag("fault-35")
    void anOlderOneIsUpgraded() throws SQLException {
        db.execute("create schema rework; create table rework.schema_version (version int primary key, name text,"
                + " applied timestamptz default now())");
        assertThat(status()).isEqualTo(new SchemaStatus.Older(0, Migration.NEWEST));
        try (Connection connection = db.connection()) {
            assertThat(Schema.upgrade(connection)).isEqualTo(Migration.NEWEST);
        }
    }

    @Test
    @Tag("fault-35")
    void aNewerOneIsRefusedAndUntouched() throws SQLException {
        install();
        db.execute("insert into rework.schema_version (version, name) values (99, 'later')");
        assertThat(status()).isEqualTo(new SchemaStatus.Newer(99, Migration.NEWEST));
        assertThatThrownBy(this::install)
                .isInstanceOfSatisfying(
                        SchemaException.class, e -> assertThat(e.status()).isInstanceOf(SchemaStatus.Newer.class))
                .hasMessageContaining("version 99");
    }

    @Test
    void theOneOfThePythonReworkIsRefusedAndUntouched() throws SQLException {
        db.execute("create schema rework; create table rework.task (id serial primary key);"
                + " create table rework.sched (id serial primary key)");
        assertThat(status()).isInstanceOf(SchemaStatus.Foreign.class);
        try (Connection connection = db.connection()) {
            assertThatThrownBy(() -> Schema.install(connection)).hasMessageContaining("use another database");
            assertThatThrownBy(() -> Schema.reset(connection)).isInstanceOf(SchemaException.class);
            assertThatThrownBy(() -> Schema.upgrade(connection)).isInstanceOf(SchemaException.class);
        }
        assertThat(db.number("select count(*) from rework.sched")).isZero();
    }

    @Test
    void upgradeDoesNotCreate() throws SQLException {
        try (Connection connection = db.connection()) {
            assertThatThrownBy(() -> Schema.upgrade(connection)).hasMessageContaining("rework init-db");
        }
        assertThat(status()).isEqualTo(new SchemaStatus.Missing());
    }

    @Test
    void resetDropsEverythingAndInstallsAnew() throws SQLException {
        install();
        db.execute("insert into rework.operation (domain, name) values ('default', 'a')");
        String before = db.one(String.class, "select id::text from rework.installation");
        try (Connection connection = db.connection()) {
            Schema.reset(connection);
        }
        assertThat(status().isCurrent()).isTrue();
        assertThat(db.number("select count(*) from rework.operation")).isZero();
        assertThat(db.one(String.class, "select id::text from rework.installation"))
                .isNotEqualTo(before);
    }

    @Test
    void theScriptDoesWhatInstallDoes() throws SQLException {
        db.execute(Schema.script());
        assertThat(status()).isEqualTo(new SchemaStatus.Current(Migration.NEWEST));
        assertThat(install()).isZero();
    }

    @Test
    void everyStatusSaysWhatToDo() {
        assertThat(new SchemaStatus.Missing().describe()).contains("rework init-db");
        assertThat(new SchemaStatus.Older(1, 2).describe()).contains("rework init-db");
        assertThat(new SchemaStatus.Newer(3, 2).describe()).contains("newer rework");
        assertThat(new SchemaStatus.Foreign("rework.sched").describe()).contains("rework.sched");
        assertThat(new SchemaStatus.Current(1).describe()).contains("1");
    }
}
