package dev.rework.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TestDatabaseTest {

    @RegisterExtension
    static final TestDatabase db = TestDatabase.empty();

    @Test
    void everyWayLeadsToTheSameDatabase(TestDatabase injected) throws SQLException {
        assertThat(injected).isSameAs(db);
        assertThat(db.url()).startsWith("postgresql://").endsWith("/" + db.name());
        db.execute("create table way (n int)");
        assertThat(db.update("insert into way values (?)", 7)).isEqualTo(1);
        assertThat(db.number("select n from way")).isEqualTo(7);
        assertThat(db.one(String.class, "select current_database()")).isEqualTo(db.name());
        try (Connection connection = db.dataSource().getConnection()) {
            assertThat(connection.getCatalog()).isEqualTo(db.name());
        }
    }

    @Test
    void aDatabaseOfOnesOwnIsApartAndGoesAway() throws SQLException {
        TestDatabase other = TestDatabase.empty().create("other");
        String name = other.name();
        assertThat(name).isNotEqualTo(db.name());
        try (Connection open = other.connection()) {
            other.drop();
            assertThat(open.isValid(5)).isFalse();
        }
        assertThat(db.number("select count(*) from pg_database where datname = ?", name))
                .isZero();
    }

    @Test
    void twoProcessesShareAServerAndTheLastStopsIt(@TempDir Path folder) throws Exception {
        Path home = homeIn(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        try (Starter first = Starter.ofFixture(home);
                Starter second = Starter.ofFixture(home)) {
            String one = first.says("made");
            String two = second.says("made");
            assertThat(one.substring(0, one.lastIndexOf('/'))).isEqualTo(two.substring(0, two.lastIndexOf('/')));
            assertThat(one).isNotEqualTo(two);

            first.release();
            first.awaitExit();
            second.release();
            assertThat(second.says("still there")).isEqualTo("0");
            second.awaitExit();
            assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.STOPPED);
        } finally {
            postgres.stop();
        }
    }

    @Test
    @Tag("fault-47")
    @Tag("slow")
    void theKillOfItsStarterLeavesAUsableServerThatTheNextStops(@TempDir Path folder) throws Exception {
        Path home = homeIn(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        try (Starter killed = Starter.ofFixture(home)) {
            killed.says("made");
            killed.kill();
            assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.RUNNING);
            try (Starter next = Starter.ofFixture(home)) {
                next.release();
                next.says("still there");
                next.awaitExit();
            }
            assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.STOPPED);
        } finally {
            postgres.stop();
        }
    }

    @Test
    @Tag("slow")
    void aServerThatRanBeforeTheTestsRunsAfterThem(@TempDir Path folder) throws Exception {
        Path home = homeIn(folder);
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        postgres.start();
        try (Starter tests = Starter.ofFixture(home)) {
            tests.release();
            tests.says("still there");
            tests.awaitExit();
            assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.RUNNING);
        } finally {
            postgres.stop();
        }
    }

    @Test
    void withoutTheSchemaModuleTheDefaultSaysWhatToDo() {
        assertThatThrownBy(() -> new TestDatabase().create("none")).hasMessageContaining("TestDatabase.empty()");
    }

    /** With the programs of the shared home, to save the unpacking. */
    private static Path homeIn(Path folder) throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        Path shared = Path.of(System.getProperty("rework.test.home", "target/test-home"))
                .toAbsolutePath()
                .resolve("pg");
        if (Files.isDirectory(shared)) {
            Files.createSymbolicLink(home.resolve("pg"), shared);
        }
        return home;
    }
}
