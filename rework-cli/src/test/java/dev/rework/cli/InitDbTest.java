package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InitDbTest {
    private final TestDatabase db = TestDatabase.empty();

    @BeforeEach
    void make() throws SQLException {
        db.create("initdb");
    }

    @AfterEach
    void drop() throws SQLException {
        db.drop();
    }

    @Test
    void createsTheSchemaAndMayBeRepeated() {
        assertThat(Ran.rework("init-db", db.url()).code()).isZero();
        Ran again = Ran.rework("init-db", db.url());
        assertThat(again.code()).isZero();
        assertThat(again.err()).contains("current");
        assertThat(db.number("select count(*) from rework.schema_version")).isPositive();
    }

    @Test
    void commandsWithoutTheSchemaSayHowToMakeIt() {
        for (String command : List.of("list-tasks", "list-operations", "list-workers", "list-monitors", "vacuum")) {
            Ran ran =
                    command.equals("vacuum") ? Ran.rework(command, db.url(), "--tasks") : Ran.rework(command, db.url());
            assertThat(ran.code()).as(command).isEqualTo(4);
            assertThat(ran.err()).as(command).contains("rework init-db");
        }
        assertThat(Ran.rework("schedule", db.url(), "x").code()).isEqualTo(4);
        assertThat(Ran.rework("log-task", db.url(), "1").code()).isEqualTo(4);
    }

    @Test
    void aNewerSchemaIsRefused() {
        Ran.rework("init-db", db.url());
        db.update("insert into rework.schema_version (version, name) values (9999, 'later')");
        assertThat(Ran.rework("list-tasks", db.url()).code()).isEqualTo(4);
        Ran init = Ran.rework("init-db", db.url());
        assertThat(init.code()).isEqualTo(4);
        assertThat(init.err()).contains("newer");
    }

    @Test
    void theSchemaOfAnotherProgramIsRefused() {
        db.execute("create schema rework; create table rework.operation (id serial, host text)");
        for (String[] command : new String[][] {{"init-db"}, {"init-db", "--reset", "--yes"}, {"list-tasks"}}) {
            String[] line = new String[command.length + 1];
            System.arraycopy(command, 0, line, 0, command.length);
            line[command.length] = db.url();
            Ran ran = Ran.rework(line);
            assertThat(ran.code()).isEqualTo(4);
            assertThat(ran.err()).contains("another database");
        }
        assertThat(db.number("select count(*) from rework.operation")).isZero();
    }

    @Test
    @DisplayName("W16 init-db drops nothing unless told, and asks when something is in it")
    void resetAsksForConsentWhenSomethingIsInIt() {
        Ran.rework("init-db", db.url());
        assertThat(Ran.rework("init-db", db.url(), "--reset").code()).isZero();
        Rows.queued(db, Rows.operation(db, "default", "hello", null));
        Ran refused = Ran.rework("init-db", db.url(), "--reset");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("1 operations, 1 tasks").contains("--yes");
        assertThat(db.number("select count(*) from rework.task")).isOne();
        assertThat(Ran.rework("init-db", db.url(), "--reset", "--yes").code()).isZero();
        assertThat(db.number("select count(*) from rework.task")).isZero();
    }

    @Test
    void aDryRunPrintsTheSqlAndDoesNothing() {
        Ran ran = Ran.rework("init-db", db.url(), "--dry-run");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("create table rework.task");
        assertThat(db.one(Boolean.class, "select to_regnamespace('rework') is null"))
                .isTrue();
    }
}
