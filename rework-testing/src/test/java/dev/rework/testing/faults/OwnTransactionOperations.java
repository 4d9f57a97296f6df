package dev.rework.testing.faults;

import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.TaskContext;
import dev.rework.internal.DatabaseAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What writes to the user's own table and ends in one transaction. */
public final class OwnTransactionOperations {

    private OwnTransactionOperations() {}

    /** What happens around the commit. */
    public enum Moment {
        NOTHING,
        DIES_BEFORE,
        DIES_AFTER,
        THROWS_BEFORE,
        THROWS_AFTER
    }

    /** Where the table is, and what happens in the first attempt. */
    public record Effect(String url, Moment moment) {}

    /** Leaves one row in {@code public.effect}. */
    @Operation(
            domain = StormOperations.DOMAIN,
            retries = 3,
            onCrash = OnCrash.RETRY,
            backoff = "PT0.1S",
            maxBackoff = "PT0.2S")
    public static void effect(Effect effect, TaskContext task) throws SQLException {
        Moment moment = task.attempt() == 1 ? effect.moment() : Moment.NOTHING;
        try (Connection connection =
                        DatabaseAddress.parse(effect.url()).dataSource("user").getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into public.effect values (" + task.id() + ", " + task.attempt() + ")");
            task.saveOutput("by attempt " + task.attempt());
            task.doneIn(connection);
            before(moment);
            connection.commit();
            after(moment);
        }
    }

    private static void before(Moment moment) {
        if (moment == Moment.DIES_BEFORE) {
            Runtime.getRuntime().halt(1);
        }
        if (moment == Moment.THROWS_BEFORE) {
            throw new IllegalStateException("before the commit");
        }
    }

    private static void after(Moment moment) {
        if (moment == Moment.DIES_AFTER) {
            Runtime.getRuntime().halt(1);
        }
        if (moment == Moment.THROWS_AFTER) {
            throw new IllegalStateException("after the commit");
        }
    }
}
