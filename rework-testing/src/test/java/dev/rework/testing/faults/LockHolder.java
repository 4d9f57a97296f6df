package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/** A client in a process of its own, in the middle of a transaction: it holds the lock of the row in {@code public.held}. */
final class LockHolder {

    private LockHolder() {}

    /** Told the address on standard input; says {@code held} and stays. */
    public static void main(String[] args) throws IOException, SQLException {
        String url = WorkerLaunch.line(System.in);
        try (Connection connection =
                        DatabaseAddress.parse(url).dataSource("client").getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select n from public.held for update");
            System.out.println("held");
            while (true) {
                LockSupport.parkNanos(1_000_000_000);
            }
        }
    }
}
