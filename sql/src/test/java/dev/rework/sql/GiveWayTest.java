package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class GiveWayTest {

    private static final Migration FIRST = new Migration(1, "0001_first.sql", "create table rework.first (n int)");
    private static final Migration SECOND =
            new Migration(2, "0002_second.sql", "alter table rework.first add column m int");

    private final TestDatabase db = TestDatabase.empty();

    @BeforeEach
    void create() throws SQLException {
        db.create("giveway");
    }

    @AfterEach
    void drop() throws SQLException {
        db.drop();
    }

    private int install(List<Migration> migrations) {
        try (Connection connection = db.connection()) {
            return Schema.install(connection, migrations);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    @Tag("fault-35")
    void aStepThatWaitsForATableLetsOthersThrough() throws Exception {
        install(List.of(FIRST));
        try (Connection reader = db.connection();
                Statement reading = reader.createStatement()) {
            reader.setAutoCommit(false);
            reading.execute("select count(*) from rework.first");
            CompletableFuture<Integer> step = CompletableFuture.supplyAsync(() -> install(List.of(FIRST, SECOND)));
            Eventually.isTrue(
                    "it waits",
                    () -> db.number("select count(*) from pg_locks where not granted and database ="
                                    + " (select oid from pg_database where datname = current_database())")
                            > 0);
            for (int i = 0; i < 3; i++) {
                // Behind the step in the lock's queue: without end, as long as the reader reads.
                db.execute("set statement_timeout = '20s'; insert into rework.first values (1)");
            }
            assertThat(step).isNotDone();
            reader.commit();
            assertThat(step.get(1, TimeUnit.MINUTES)).isEqualTo(1);
        }
        assertThat(db.number("select count(*) from rework.first where m is null"))
                .isEqualTo(3);
    }

    @Test
    void whoHoldsATableForTooLongIsNamed() throws Exception {
        install(List.of(FIRST));
        try (Connection reader = db.connection();
                Statement reading = reader.createStatement();
                Connection other = db.connection()) {
            reader.setAutoCommit(false);
            reading.execute("select count(*) from rework.first");
            long pid = reader.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            assertThatThrownBy(() -> GiveWay.until(other, Duration.ZERO, c -> {
                        try (Statement statement = c.createStatement()) {
                            statement.execute(GiveWay.SETTING);
                            return statement.execute(SECOND.sql());
                        }
                    }))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("55006"))
                    .hasMessageContaining("session " + pid)
                    .hasMessageContaining("try again");
        }
    }

    /** What follows in its transaction may take locks for which others wait. */
    @Test
    void noStepIsMorePatientAtItsEnd() throws Exception {
        for (Migration migration : Migration.ALL.subList(1, Migration.NEWEST)) {
            install(Migration.ALL.subList(0, migration.version() - 1));
            try (Connection connection = db.connection();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute(GiveWay.SETTING);
                statement.execute(migration.sql());
                try (ResultSet row = statement.executeQuery(
                        "select setting::integer from pg_settings where name = 'lock_timeout'")) {
                    row.next();
                    assertThat(row.getInt(1)).as(migration.name()).isBetween(1, 500);
                }
            }
        }
    }

    @Test
    @Tag("fault-36")
    void rightsComeWithTheLastStep() {
        install(Migration.ALL.subList(0, Migration.NEWEST - 1));
        db.execute("do $$ begin create role rework_owner nologin; exception when duplicate_object then null; end $$;"
                + " alter schema rework owner to rework_owner");
        // Not by Schema.install(connection), which might do it after the steps: whoever is killed there leaves no
        // rights.
        install(Migration.ALL);
        assertThat(db.one(Boolean.class, "select has_table_privilege('rework_monitor', 'rework.task', 'delete')"))
                .isTrue();
    }
}
