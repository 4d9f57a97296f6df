package dev.rework.cli;

import dev.rework.internal.DatabaseAddress;
import dev.rework.sql.Schema;
import dev.rework.sql.SchemaStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Looks at a database the way {@code rework doctor} does; what it finds about tasks and monitors is {@link Workload}'s. */
final class Examination {
    private static final int OLDEST_VERSION = 140_000;
    private static final int NEWEST_TRIED = 190_000;
    private static final Duration SKEW = Duration.ofSeconds(5);
    private static final int ECHO_MILLIS = 5_000;
    private static final Duration OLD_SNAPSHOT = Duration.ofMinutes(10);

    private static final String SERVER = """
            select current_setting('server_version'), current_setting('server_version_num')::int,
                   current_setting('fsync'), current_setting('synchronous_commit'),
                   pg_is_in_recovery(), has_database_privilege(current_database(), 'create'), current_user
            """;

    // What every use but reading needs; the roles of roles.sql hold these by column.
    private static final String RIGHTS = """
            select coalesce(string_agg(n.needed || ' on rework.' || c.relname, ', ' order by c.relname, n.needed), '')
              from (values ('task', 'select'), ('task', 'insert'), ('operation', 'select'),
                           ('registration', 'select'), ('log', 'select')) n (name, needed)
              join pg_catalog.pg_class c on c.relnamespace = 'rework'::regnamespace and c.relname = n.name
             where not has_any_column_privilege(c.oid, n.needed)
            """;

    // Over a Unix socket there is no address; a loopback one never leaves the machine.
    private static final String ENCRYPTION = """
            select s.ssl, s.version, coalesce(inet_client_addr() <<= any(array['127.0.0.0/8', '::1/128']::inet[]), true)
              from pg_catalog.pg_stat_ssl s
             where s.pid = pg_backend_pid()
            """;

    private static final String NOW = """
            select clock_timestamp()
            """;

    private final Database database;
    private final Shell shell;
    private final List<Finding> findings = new ArrayList<>();

    Examination(Database database, Shell shell) {
        this.database = database;
        this.shell = shell;
    }

    /** Everything that could be looked at, in order; a check that needs what another found missing is left out. */
    List<Finding> findings() {
        DatabaseAddress address = database.address();
        try (Connection connection = database.open()) {
            boolean mayCreate = server(connection, address);
            encryption(connection);
            clock(connection);
            path(address);
            echo(connection, address);
            if (schema(connection, mayCreate)) {
                rights(connection);
                HeldSnapshot.longerThan(connection, OLD_SNAPSHOT).ifPresent(findings::add);
                findings.addAll(new Workload(connection, shell).findings());
            }
        } catch (SQLException | RuntimeException e) {
            Refusal refusal = Verdict.on(e);
            findings.add(Finding.problem(
                    findings.isEmpty() ? "connection" : "examination",
                    String.valueOf(refusal.getMessage()),
                    findings.isEmpty()
                            ? "check that the server runs, the address, the password and pg_hba.conf"
                            : "run it again with --debug"));
        }
        return List.copyOf(findings);
    }

    private boolean server(Connection connection, DatabaseAddress address) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SERVER)) {
            row.next();
            String origin = address.origin().isEmpty() ? "" : ", from " + address.origin();
            findings.add(Finding.ok("connection", address + " as " + row.getString(7) + origin));
            version(row.getString(1), row.getInt(2));
            durability(row.getString(3), row.getString(4));
            if (row.getBoolean(5)) {
                findings.add(Finding.problem(
                        "role of the server",
                        "it is a standby and takes no writes",
                        "name all hosts in the address: the primary is found among them"));
            }
            return row.getBoolean(6);
        }
    }

    private void encryption(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ENCRYPTION)) {
            if (!row.next()) {
                return;
            }
            if (row.getBoolean(1)) {
                findings.add(Finding.ok("encryption", row.getString(2)));
            } else if (row.getBoolean(3)) {
                findings.add(Finding.ok("encryption", "none, and none needed: the server is on this machine"));
            } else {
                findings.add(Finding.note(
                        "encryption",
                        "none: passwords are hashed on the way, everything else can be read there",
                        "add ?sslmode=verify-full&sslrootcert=FILE to the address"));
            }
        }
    }

    private void version(String name, int number) {
        if (number < OLDEST_VERSION) {
            findings.add(Finding.problem("version", "Postgres " + name + " is too old", "use Postgres 14 or newer"));
        } else if (number >= NEWEST_TRIED) {
            findings.add(
                    Finding.note("version", "Postgres " + name + " is newer than what was tried", "14 to 18 were"));
        } else {
            findings.add(Finding.ok("version", "Postgres " + name));
        }
    }

    private void durability(String fsync, String commit) {
        if (fsync.equals("off") || commit.equals("off")) {
            findings.add(Finding.note(
                    "durability",
                    "fsync is " + fsync + ", synchronous_commit is " + commit + ": a crash may forget finished tasks",
                    "set both to on, where that matters"));
        } else {
            findings.add(Finding.ok("durability", "fsync " + fsync + ", synchronous_commit " + commit));
        }
    }

    /** The middle of the round trip is when the server read its clock. */
    private void clock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            Instant before = Instant.now();
            OffsetDateTime theirs;
            try (ResultSet row = statement.executeQuery(NOW)) {
                row.next();
                theirs = row.getObject(1, OffsetDateTime.class);
            }
            Instant middle = before.plus(Duration.between(before, Instant.now()).dividedBy(2));
            Duration skew = Duration.between(middle, theirs.toInstant());
            String message = "this machine and the database differ by " + skew.toMillis() + " ms";
            findings.add(
                    skew.abs().compareTo(SKEW) > 0
                            ? Finding.problem(
                                    "clock", message, "keep both clocks by NTP: times given here mean others there")
                            : Finding.ok("clock", message));
        }
    }

    private void path(DatabaseAddress address) {
        findings.add(
                address.pooler()
                        ? Finding.note(
                                "pooler",
                                "the address says that a pooler stands in between: no prepared statements, no LISTEN",
                                "give a direct address for LISTEN in REWORK_LISTEN_DB, for reactions within milliseconds")
                        : Finding.ok("pooler", "none in the address"));
    }

    /** A notification sent on one session must arrive on another, which a pooler in between breaks without an error. */
    private void echo(Connection sender, DatabaseAddress address) throws SQLException {
        Optional<DatabaseAddress> listen = address.listenAddress();
        if (listen.isEmpty()) {
            findings.add(Finding.ok("listen", "off: monitors and clients poll"));
            return;
        }
        String channel = "rework_doctor_" + UUID.randomUUID().toString().replace('-', '_');
        try (Connection listener = listen.get().dataSource("doctor").getConnection();
                Statement statement = listener.createStatement();
                Statement sending = sender.createStatement()) {
            statement.execute("listen " + channel);
            long before = System.nanoTime();
            sending.execute("notify " + channel);
            PGNotification[] heard = listener.unwrap(PGConnection.class).getNotifications(ECHO_MILLIS);
            long millis = (System.nanoTime() - before) / 1_000_000;
            findings.add(
                    heard == null || heard.length == 0
                            ? Finding.problem(
                                    "listen",
                                    "a notification did not come back within " + ECHO_MILLIS / 1000 + " s",
                                    "a pooler? add ?pooler=true to the address, and REWORK_LISTEN_DB for a direct one")
                            : Finding.ok("listen", "a notification came back after " + millis + " ms"));
        }
    }

    private boolean schema(Connection connection, boolean mayCreate) throws SQLException {
        SchemaStatus status = Schema.status(connection);
        if (status.isCurrent()) {
            findings.add(Finding.ok("schema", status.describe()));
            return true;
        }
        boolean creatable = status instanceof SchemaStatus.Missing && !mayCreate;
        findings.add(Finding.problem(
                "schema",
                status.describe(),
                creatable
                        ? "this role may not create it: grant create on the database, or run init-db as another role"
                        : status instanceof SchemaStatus.Foreign || status instanceof SchemaStatus.Newer
                                ? "use another database, or another version of rework"
                                : "rework init-db"));
        return false;
    }

    private void rights(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(RIGHTS)) {
            row.next();
            String missing = row.getString(1);
            findings.add(
                    missing.isEmpty()
                            ? Finding.ok("rights", "reads operations, tasks and logs, and schedules")
                            : Finding.problem(
                                    "rights",
                                    "missing: " + missing,
                                    "grant one of the roles of roles.sql, such as rework_submitter, as the schema's owner"));
        }
    }
}
