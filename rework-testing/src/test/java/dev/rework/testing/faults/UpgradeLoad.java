package dev.rework.testing.faults;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Some fifty tasks a second, as long as they are done, of all kinds of {@link UpgradeOperations}, from SQL, which all versions serve. */
final class UpgradeLoad {

    private static final long APART_NANOS = 20_000_000;
    private static final int MOST = 40;

    private final Connection connection;
    private final String input;
    private final CompletableFuture<Void> running = new CompletableFuture<>();
    private volatile boolean over;
    private volatile boolean waits = true;
    private volatile int scheduled;
    private Duration longest = Duration.ZERO;

    /** Begins; the connection is its own from now on. */
    UpgradeLoad(Connection connection, Path witness) {
        this.connection = connection;
        this.input = "{\"folder\":\"" + witness + "\",\"file\":\"\"}";
        Thread thread = new Thread(this::run, "load");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        long endless = 0;
        long waiting = 0;
        try (connection) {
            for (int i = 0; !over; i++) {
                if (i % 50 == 7 && ended(endless)) {
                    endless = schedule("endless");
                } else if (i % 50 >= 37 && runs(endless)) {
                    abort(endless);
                } else if (i % 25 == 5 && waits && ended(waiting)) {
                    waiting = schedule("waiting");
                } else {
                    schedule(i % 10 == 0 ? "failing" : "printing");
                    scheduled++;
                }
                do {
                    LockSupport.parkNanos(APART_NANOS);
                } while (!over && number("select rework.queue_depth('storm')") > MOST);
            }
            abort(endless);
            running.complete(null);
        } catch (SQLException | RuntimeException e) {
            running.completeExceptionally(e);
        }
    }

    private boolean ended(long task) throws SQLException {
        return number("select count(*) from rework.task where id = ? and finished is null", task) == 0;
    }

    private boolean runs(long task) throws SQLException {
        return number("select count(*) from rework.task where id = ? and state = 'running'", task) == 1;
    }

    private void abort(long task) throws SQLException {
        number("select sum(length(rework.abort(id))) from rework.task where id = ?", task);
    }

    private long schedule(String operation) throws SQLException {
        long since = System.nanoTime();
        long id = number("select rework.schedule(?, ?::json, 'storm')", operation, input);
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        longest = took.compareTo(longest) > 0 ? took : longest;
        return id;
    }

    private long number(String sql, Object... binds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < binds.length; i++) {
                statement.setObject(i + 1, binds[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Whether it has tasks that wait for children among them. */
    void waits(boolean wanted) {
        waits = wanted;
    }

    boolean waits() {
        return waits;
    }

    /** So many so far; throws what stopped it. */
    int scheduled() {
        if (running.isCompletedExceptionally()) {
            running.join();
        }
        return scheduled;
    }

    /** Ends it; how long the slowest schedule took. */
    Duration end() throws Exception {
        over = true;
        running.get(1, TimeUnit.MINUTES);
        return longest;
    }
}
