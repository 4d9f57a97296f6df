package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.LogCopy.Line;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LogWriterTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static Line line(long task, String text) {
        return new Line(task, 1, 1_000_000_000_000L, "stdout", "INFO", "", text);
    }

    private static long stored(long task) {
        return db.number("select count(*) from rework.log where task = ?", task);
    }

    @Test
    void linesAreStoredInTheirOrderWithWhateverIsInThem() throws Exception {
        List<String> texts = List.of("plain", "", "tab\there", "back\\slash \\. \\N", "end\nof\r\nline", "é€😀 \u2400");
        CountDownLatch stored = new CountDownLatch(1);
        try (LogWriter writer = new LogWriter(db.dataSource(TestDatabase.Part.MONITOR), MonitorListener.NONE)) {
            writer.start();
            texts.forEach(text -> writer.put(line(1, text)));
            writer.then(stored::countDown);
            assertThat(stored.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(stored(1)).isEqualTo(texts.size());
        }
        String all = db.one(String.class, "select string_agg(line, '|' order by id) from rework.log where task = 1");
        assertThat(all).isEqualTo(String.join("|", texts));
    }

    @Test
    @Tag("fault-12")
    void aLineTheDatabaseDoesNotTakeHoldsUpNoOther() {
        try (LogWriter writer = new LogWriter(db.dataSource(TestDatabase.Part.MONITOR), MonitorListener.NONE)) {
            writer.start();
            writer.put(line(2, "one"));
            writer.put(line(2, "bad \0 one"));
            writer.put(line(2, "two"));
        }
        assertThat(stored(2)).isEqualTo(2);
    }

    @Test
    @Tag("fault-10")
    void nobodyWaitsForADatabaseThatIsAwayAndWhatWasDroppedIsCounted() {
        Switched source = new Switched();
        source.off.set(true);
        int lines = 100_000;
        try (LogWriter writer = new LogWriter(source, MonitorListener.NONE)) {
            writer.start();
            Thread printer = new Thread(() -> {
                for (int i = 0; i < lines; i++) {
                    writer.put(line(3, "line " + i));
                }
            });
            printer.start();
            Eventually.isTrue("the printer is done", Duration.ofSeconds(60), () -> !printer.isAlive());
            source.off.set(false);
            Eventually.isTrue(
                    "the count is stored",
                    () -> db.number("select count(*) from rework.log where task = 3 and stream = 'rework'") == 1);
        }
        String marker = db.one(String.class, "select line from rework.log where task = 3 and stream = 'rework'");
        long dropped = Long.parseLong(marker.split(" ")[0]);
        assertThat(stored(3) - 1 + dropped).isEqualTo(lines);
    }

    @Test
    void aThousandLinesAreThereSoon() {
        try (LogWriter writer = new LogWriter(db.dataSource(TestDatabase.Part.MONITOR), MonitorListener.NONE)) {
            writer.start();
            for (int i = 0; i < 1000; i++) {
                writer.put(line(4, "line " + i));
            }
            Eventually.isTrue("all are stored", () -> stored(4) == 1000);
        }
    }

    @Test
    void linesWhoseCommitWasNotAnsweredAreStoredOnce() {
        for (String way : List.of("after", "before")) {
            long task = way.equals("after") ? 5 : 6;
            Switched source = new Switched();
            try (LogWriter writer = new LogWriter(source, MonitorListener.NONE)) {
                writer.start();
                for (int i = 0; i < 4; i++) {
                    source.cut.set(way);
                    for (int n = 0; n < 50; n++) {
                        writer.put(line(task, "line " + i + " " + n));
                    }
                    long sofar = 50L * (i + 1);
                    Eventually.isTrue(
                            "stored",
                            () -> stored(task) >= sofar && source.cut.get().isEmpty());
                }
            }
            assertThat(stored(task)).isEqualTo(200);
            assertThat(db.number("select count(distinct line) from rework.log where task = ?", task))
                    .isEqualTo(200);
        }
    }

    /** The test's database, out of reach while it is off. */
    private static final class Switched implements DataSource {
        private final AtomicBoolean off = new AtomicBoolean();
        private final AtomicReference<String> cut = new AtomicReference<>("");

        /** Its next commit is not answered: before it was done, or after. */
        private Connection cutting(Connection connection) {
            return (Connection) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                        String way = method.getName().equals("commit") ? cut.getAndSet("") : "";
                        if (way.equals("before")) {
                            connection.close();
                            throw new SQLException("cut", "08006");
                        }
                        Object answer;
                        try {
                            answer = method.invoke(connection, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                        if (way.equals("after")) {
                            connection.close();
                            throw new SQLException("cut", "08006");
                        }
                        return answer;
                    });
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (off.get()) {
                throw new SQLException("off", "08001");
            }
            return cutting(db.connection(TestDatabase.Part.MONITOR));
        }

        @Override
        public Connection getConnection(String user, String password) throws SQLException {
            return getConnection();
        }

        @Override
        public PrintWriter getLogWriter() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void setLogWriter(PrintWriter out) {}

        @Override
        public void setLoginTimeout(int seconds) {}

        @Override
        public int getLoginTimeout() {
            return 0;
        }

        @Override
        public Logger getParentLogger() {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T unwrap(Class<T> type) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isWrapperFor(Class<?> type) {
            return false;
        }
    }
}
