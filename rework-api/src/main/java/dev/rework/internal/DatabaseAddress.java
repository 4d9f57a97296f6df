package dev.rework.internal;

import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Where a database is and how to get in. Immutable; {@link #toString()} is masked. */
public final class DatabaseAddress {
    private DatabaseAddress() {}

    /** Reads {@code postgres://}, {@code postgresql://} and {@code jdbc:postgresql://}; throws InvalidAddress. */
    public static DatabaseAddress parse(String text) {
        throw new UnsupportedOperationException("coming");
    }

    /** Whether a positional argument is meant as an address, or is a name that {@code rework.cfg} knows. */
    public static boolean looksLikeOne(String text) {
        throw new UnsupportedOperationException("coming");
    }

    /** The first hit of contract §2 for what was given (an address, a name, or null); empty: use the embedded one. */
    public static Optional<DatabaseAddress> resolve(@Nullable String given) {
        throw new UnsupportedOperationException("coming");
    }

    /** The whole address, password included, in the form {@link #parse} reads: only for the stdin of our children. */
    public String secretText() {
        throw new UnsupportedOperationException("coming");
    }

    /** Which environment variable or file it came from; empty when given directly. */
    public String origin() {
        throw new UnsupportedOperationException("coming");
    }

    /** Whether a pooler in transaction mode stands in between: no options, no prepared statements, no LISTEN. */
    public boolean pooler() {
        throw new UnsupportedOperationException("coming");
    }

    /** The same place through a pooler. */
    public DatabaseAddress throughPooler() {
        throw new UnsupportedOperationException("coming");
    }

    /** Where to LISTEN: REWORK_LISTEN_DB, else this; empty for REWORK_LISTEN=off and poolers. */
    public Optional<DatabaseAddress> listenAddress() {
        throw new UnsupportedOperationException("coming");
    }

    /** The driver's URL, without user and password. */
    public String url() {
        throw new UnsupportedOperationException("coming");
    }

    /** The driver's properties, password included, for a session of {@code role} ({@code cli}, {@code worker:12}). */
    public Properties properties(String role) {
        throw new UnsupportedOperationException("coming");
    }

    /** The same with further {@code -c} settings for each session, which a pooler does not get. */
    public Properties properties(String role, String options) {
        throw new UnsupportedOperationException("coming");
    }

    /** A connection per call, no pool; for a session of {@code role}. Throws SQLException of the driver. */
    public DataSource dataSource(String role) {
        throw new UnsupportedOperationException("coming");
    }
}
