package dev.rework.internal.db;

import dev.rework.internal.HostName;
import dev.rework.internal.PlainText;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code audit}: who did what, one row in the transaction of what was done. Threads may share it. */
public final class Audit {
    private static final String RECORD = """
            insert into rework.audit (who, verb, target, detail, host)
            values (session_user || '/' || ?, ?, ?, ?, ?)
            """;

    private static final String NEWEST = """
            select newest.*
              from (select a.id, a.at, a.who, a.verb, a.target, a.detail, a.host, host(a.address) as address
                      from rework.audit a
                     where (:verb::text is null or a.verb = :verb)
                     order by a.id desc
                     limit :limit) newest
             order by newest.id
            """;

    private static final String AFTER = """
            select a.id, a.at, a.who, a.verb, a.target, a.detail, a.host, host(a.address) as address
              from rework.audit a
             where a.id > :after
               and (:verb::text is null or a.verb = :verb)
             order by a.id
             limit :limit
            """;

    private final Jdbi jdbi;

    /** On these connections. */
    public Audit(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * What somebody did.
     *
     * @param who the database's user and the operating system's: {@code babar/joe}; the first alone when done in SQL
     * @param target what it was done to: {@code task 12}
     * @param host where, as its client says; empty when done in SQL
     * @param address where, as the server sees it; null over a Unix socket
     */
    public record Row(
            long id,
            OffsetDateTime at,
            String who,
            String verb,
            String target,
            String detail,
            String host,
            @Nullable String address) {}

    /** The newest {@code limit}, or the next ones above {@code after}, in the order of their ids. */
    public List<Row> list(@Nullable String verb, int limit, @Nullable Long after) {
        return jdbi.withHandle(handle -> handle.createQuery(after == null ? NEWEST : AFTER)
                .bind("verb", verb)
                .bind("limit", limit)
                .bind("after", after)
                .map((row, context) -> new Row(
                        row.getLong("id"),
                        Stamps.time(row, "at"),
                        row.getString("who"),
                        row.getString("verb"),
                        row.getString("target"),
                        row.getString("detail"),
                        row.getString("host"),
                        row.getString("address")))
                .list());
    }

    /** Adds a row in the caller's transaction. */
    static void record(Handle transaction, String verb, String target, String detail) {
        transaction.execute(RECORD, user(), verb, cut(target, 1000), cut(detail, 10_000), HostName.current());
    }

    /** Adds a row in the transaction of this connection. */
    public static void record(Connection connection, String verb, String target, String detail) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, user());
            statement.setString(2, verb);
            statement.setString(3, cut(target, 1000));
            statement.setString(4, cut(detail, 10_000));
            statement.setString(5, HostName.current());
            statement.executeUpdate();
        }
    }

    private static String cut(String text, int most) {
        String clean = PlainText.clean(text);
        return clean.length() <= most ? clean : clean.substring(0, most - 1) + "…";
    }

    private static String user() {
        return cut(System.getProperty("user.name", ""), 200);
    }
}
