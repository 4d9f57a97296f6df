package dev.rework.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who starts the embedded server is killed at moments drawn from a seed, again and again; the data stays. */
@Tag("slow")
class KilledStartersTest {

    private static final int KILLS = 20;
    private static final long SEED = Long.getLong("rework.seed", 47);
    private static final int LONGEST_MILLIS = 900;

    @TempDir
    Path home;

    @Test
    @Tag("fault-47")
    void killedTwentyTimesItsStarterLosesNothing() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        Random random = new Random(SEED);
        Map<EmbeddedStatus.State, Integer> at = new TreeMap<>();
        Duration longest = Duration.ZERO;
        try {
            String url = postgres.start().url();
            execute(url, "create table kept (n integer primary key)");
            for (int i = 1; i <= KILLS; i++) {
                if (random.nextInt(5) > 0) {
                    postgres.stop();
                }
                try (Starter starter = new Starter(home)) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(LONGEST_MILLIS)));
                    at.merge(postgres.status().state(), 1, Integer::sum);
                    starter.kill();
                }
                long since = System.nanoTime();
                assertThat(postgres.start().url()).as("kill " + i).isEqualTo(url);
                Duration took = Duration.ofNanos(System.nanoTime() - since);
                longest = took.compareTo(longest) > 0 ? took : longest;
                execute(url, "insert into kept values (" + i + ")");
                assertThat(one(url, "select count(*) || ' ' || sum(n) from kept"))
                        .as("kept after kill " + i + ", seed " + SEED)
                        .isEqualTo(i + " " + i * (i + 1) / 2);
                Eventually.isTrue("one server of this home", () -> postmasters() == 1);
            }
        } finally {
            postgres.stop();
        }
        Eventually.isTrue("no server of this home", () -> postmasters() == 0);
        FaultRow.measured(
                47,
                KILLS + " kills of a starter, the server then " + at + ": in use again after at most "
                        + FaultRow.millis(longest) + ", every row there each time");
    }

    /** Servers of this home: their command line names its data. */
    private long postmasters() {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info()
                        .commandLine()
                        .filter(line -> line.contains("/bin/postgres") && line.contains(home + "/data"))
                        .isPresent())
                .count();
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String one(String url, String sql) throws SQLException {
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Connection connect(String url) throws SQLException {
        String[] parts = url.substring("postgresql://".length()).split("[:@/]");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + parts[2] + ":" + parts[3] + "/" + parts[4], parts[0], parts[1]);
    }
}
