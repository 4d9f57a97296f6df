package dev.rework.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is and how to get in. Immutable; {@link #toString()} is masked. The sessions it opens notice a dead
 * peer within seconds, never wait for a lock or hold an idle transaction for long, and tell who they are.
 */
public final class DatabaseAddress {
    // Statements end before the client gives up on them: what it repeats is over. The keepalives are the server's: with
    // its own of two hours, the locks of a host that vanished stay that long. With a path through schemas that others
    // may
    // write to, a function or operator of theirs that fits the types better would be called instead of the server's.
    private static final String SESSION =
            "-c statement_timeout=8s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
                    + " -c tcp_keepalives_idle=4 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
                    + " -c tcp_user_timeout=8s -c search_path=pg_catalog,pg_temp";

    /** The variable that names the address of a monitor's workers. */
    public static final String WORKERS_VARIABLE = "REWORK_WORKER_DB";

    /** One of the places to try, in order. */
    record Host(String name, int port) {
        static final int PORT = 5432;
        static final int UNSAID = 0;

        @Override
        public String toString() {
            String written = name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name;
            return written + ":" + port;
        }
    }

    /**
     * The parts.
     *
     * @param properties under the driver's names
     * @param listenElsewhere another address, for LISTEN alone
     * @param origin the environment variable or file it came from, empty when given directly
     * @param secretVariables environment variables that hold a part of it
     */
    record Parts(
            List<Host> hosts,
            String database,
            String user,
            @Nullable String password,
            Map<String, String> properties,
            boolean pooler,
            boolean listenOff,
            @Nullable DatabaseAddress listenElsewhere,
            String origin,
            Set<String> secretVariables) {}

    private final Parts parts;

    DatabaseAddress(Parts parts) {
        this.parts = parts;
    }

    /**
     * Reads {@code postgres://}, {@code postgresql://} and {@code jdbc:postgresql://}. What the address does not say is
     * taken from {@code PG*} variables, the service file and the password file, as psql does. Throws InvalidAddress.
     */
    public static DatabaseAddress parse(String text) {
        return AddressSources.current().read(text, "", Set.of());
    }

    /** Whether an argument is meant as an address, or is a name that {@code rework.cfg} knows. */
    public static boolean looksLikeOne(String text) {
        return AddressParser.isAddress(text)
                || AddressSources.current().named(text).isPresent();
    }

    /** The first hit of what was given (an address, a name, or null), environment and files; empty: the embedded one. */
    public static Optional<DatabaseAddress> resolve(@Nullable String given) {
        return AddressSources.current().resolve(given);
    }

    /** What the workers of a monitor are to log in with, when it is not what the monitor itself does. */
    public static Optional<DatabaseAddress> ofWorkers() {
        return AddressSources.current().ofVariable(WORKERS_VARIABLE);
    }

    /** The whole address, password included, in the form {@link #parse} reads: only for the stdin of our children. */
    public String secretText() {
        return text(parts.password, parts.properties, true);
    }

    /** The environment variable or file it came from; empty when given directly. */
    public String origin() {
        return parts.origin;
    }

    /** Environment variables that hold it or a secret of it: children must not inherit them. */
    public Set<String> secretVariables() {
        return parts.secretVariables;
    }

    /** Whether a pooler in transaction mode stands in between: no options, no prepared statements, no LISTEN. */
    public boolean pooler() {
        return parts.pooler;
    }

    /** The same place through a pooler. */
    public DatabaseAddress throughPooler() {
        return new DatabaseAddress(new Parts(
                parts.hosts,
                parts.database,
                parts.user,
                parts.password,
                parts.properties,
                true,
                parts.listenOff,
                parts.listenElsewhere,
                parts.origin,
                parts.secretVariables));
    }

    /** The same, known to lead through a pooler when a connection shows that; itself when none can be had. */
    public DatabaseAddress found() {
        AddressDataSource looking =
                new AddressDataSource(this, properties("look"), throughPooler().properties("look"));
        try (Connection connection = looking.getConnection()) {
            return looking.poolerSeen() && !connection.isClosed() ? throughPooler() : this;
        } catch (SQLException unreachable) {
            return this;
        }
    }

    /** Where to LISTEN: {@code REWORK_LISTEN_DB}, else here; empty for {@code REWORK_LISTEN=off} and poolers. */
    public Optional<DatabaseAddress> listenAddress() {
        if (parts.listenOff) {
            return Optional.empty();
        }
        if (parts.listenElsewhere != null) {
            return Optional.of(parts.listenElsewhere);
        }
        return parts.pooler ? Optional.empty() : Optional.of(this);
    }

    /** The first host, to show. */
    public String host() {
        return parts.hosts.get(0).name();
    }

    /** The first host's port, to show. */
    public int port() {
        return parts.hosts.get(0).port();
    }

    /** The database's name. */
    public String database() {
        return parts.database;
    }

    /** The role to log in as. */
    public String user() {
        return parts.user;
    }

    /** The driver's URL, without user and password. */
    public String url() {
        return "jdbc:postgresql://" + hosts() + "/" + AddressParser.encode(parts.database);
    }

    /** The driver's properties, password included, for a session of {@code role} ({@code cli}, {@code worker:12}). */
    public Properties properties(String role) {
        return properties(role, "");
    }

    /** The same with further {@code -c} settings for each session, which a pooler does not get. */
    public Properties properties(String role, String options) {
        Properties all = new Properties();
        all.setProperty("connectTimeout", "5");
        all.setProperty("loginTimeout", "10");
        all.setProperty("socketTimeout", "10");
        all.setProperty("tcpKeepAlive", "true");
        all.setProperty("ApplicationName", "rework:" + role);
        all.setProperty("targetServerType", parts.hosts.size() > 1 ? "primary" : "any");
        all.putAll(parts.properties);
        all.setProperty("logServerErrorDetail", "false");
        all.setProperty("user", parts.user);
        if (parts.password != null) {
            all.setProperty("password", parts.password);
        }
        if (parts.pooler) {
            all.remove("options");
            all.setProperty("prepareThreshold", "0");
        } else {
            // The user's own options come last: of two settings of one name the server takes the later.
            String own = parts.properties.getOrDefault("options", "");
            all.setProperty("options", (SESSION + " " + options).strip() + (own.isEmpty() ? "" : " " + own));
        }
        return all;
    }

    /** A connection per call, no pool; for a session of {@code role}. Throws SQLException of the driver. */
    public DataSource dataSource(String role) {
        return new AddressDataSource(this, properties(role), throughPooler().properties(role));
    }

    /** The same with further {@code -c} settings for each session. */
    public DataSource dataSource(String role, String options) {
        return new AddressDataSource(
                this, properties(role, options), throughPooler().properties(role, options));
    }

    private String hosts() {
        return parts.hosts.stream().map(Host::toString).collect(Collectors.joining(","));
    }

    private String text(@Nullable String password, Map<String, String> properties, boolean secret) {
        Map<String, String> query = new TreeMap<>(properties);
        if (parts.pooler) {
            query.put("pooler", "true");
        }
        if (parts.listenOff) {
            query.put("listen", "off");
        }
        if (parts.listenElsewhere != null && secret) {
            query.put("listen_db", parts.listenElsewhere.secretText());
        }
        return "postgresql://" + AddressParser.encode(parts.user)
                + (password == null ? "" : ":" + (secret ? AddressParser.encode(password) : "***"))
                + "@" + hosts() + "/" + AddressParser.encode(parts.database)
                + (query.isEmpty() ? "" : "?")
                + query.entrySet().stream()
                        .map(each -> each.getKey() + "=" + AddressParser.encode(each.getValue()))
                        .collect(Collectors.joining("&"));
    }

    @Override
    public String toString() {
        Map<String, String> shown = new TreeMap<>(parts.properties);
        shown.computeIfPresent("sslpassword", (name, value) -> "***");
        return text(parts.password, shown, false).replace("%2A%2A%2A", "***");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DatabaseAddress address && secretText().equals(address.secretText());
    }

    @Override
    public int hashCode() {
        return secretText().hashCode();
    }
}
