package dev.rework.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.StringJoiner;

/**
 * Schema {@code rework} of a database: what is there, and making it what this program needs.
 *
 * <p>Every method uses the connection it is given, in transactions of its own ({@code autoCommit} is put back
 * afterwards), and blocks for as long as they take. Several processes may install at once, and one may be killed half
 * way: each step is a transaction under one lock, so the next install goes on where the last commit was.
 */
public final class Schema {

    private static final int PARTITION_DAYS = 3;

    // Another's install, or a step over a large table, may take its time: the caller's connection bounds it.
    private static final String PATIENCE = "set local statement_timeout = 0; set local lock_timeout = 0";

    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended('rework.schema', 0))";

    // Only when there is none: where a DBA made it for us, we may lack the right to make one.
    private static final String MAKE_SCHEMA = """
            create schema rework;
            """;

    private static final String MAKE_VERSIONS = """
            create table rework.schema_version (
              version integer primary key,
              name    text not null,
              applied timestamptz not null default clock_timestamp()
            );
            """;

    private static final String LOOK = """
            select to_regclass('rework.schema_version') is not null,
                   coalesce((select string_agg(thing, ', ')
                               from (select 'rework.' || relname as thing
                                       from pg_catalog.pg_class
                                      where relnamespace = to_regnamespace('rework')
                                      union all
                                     select 'function rework.' || proname
                                       from pg_catalog.pg_proc
                                      where pronamespace = to_regnamespace('rework')
                                      order by 1 limit 3) things), '')
            """;

    private static final String VERSION = """
            select coalesce(max(version), 0) from rework.schema_version
            """;

    private static final String RECORD = """
            insert into rework.schema_version (version, name) values (?, ?)
            """;

    private static final String DROP = """
            drop schema if exists rework cascade
            """;

    private static final String HAS_ROLES = """
            select exists (select from pg_catalog.pg_namespace n
                            where n.nspname = 'rework' and pg_get_userbyid(n.nspowner) = 'rework_owner')
            """;

    private static final String TODAY = """
            select (clock_timestamp() at time zone 'UTC')::date
            """;

    private Schema() {}

    /** What the database holds. Reads only; runs in the transaction the connection is in, if any. */
    public static SchemaStatus status(Connection connection) throws SQLException {
        return status(connection, Migration.NEWEST);
    }

    private static SchemaStatus status(Connection connection, int wanted) throws SQLException {
        boolean ours;
        String things;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LOOK)) {
            row.next();
            ours = row.getBoolean(1);
            things = row.getString(2);
        }
        if (!ours) {
            return things.isEmpty() ? new SchemaStatus.Missing() : new SchemaStatus.Foreign(things);
        }
        return compare(version(connection), wanted);
    }

    private static SchemaStatus compare(int version, int wanted) {
        if (version == wanted) {
            return new SchemaStatus.Current(version);
        }
        return version < wanted ? new SchemaStatus.Older(version, wanted) : new SchemaStatus.Newer(version, wanted);
    }

    private static int version(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(VERSION)) {
            row.next();
            return row.getInt(1);
        }
    }

    /**
     * Creates or upgrades; does nothing when it is current. Makes the log's partitions of the next days too, and what it
     * added follows the {@link #roles} where there are any. Whoever works meanwhile waits half a second at most for a lock
     * that a step waits for: the step gives way, and is tried again for a minute.
     *
     * @return how many steps were applied by this call
     * @throws SchemaException when what is there is newer, or another program's
     * @throws SQLException with state 55006 when a step's locks were not to be had; the message names who holds one
     */
    public static int install(Connection connection) throws SQLException {
        int applied = install(connection, Migration.ALL);
        LogPartitions.ensure(connection, today(connection), PARTITION_DAYS);
        return applied;
    }

    static int install(Connection connection, List<Migration> migrations) throws SQLException {
        int applied = 0;
        while (GiveWay.until(connection, c -> step(c, migrations))) {
            applied++;
        }
        return applied;
    }

    /** The same as {@link #install}, for a database that must have the schema already. */
    public static int upgrade(Connection connection) throws SQLException {
        SchemaStatus status = status(connection);
        if (status instanceof SchemaStatus.Missing) {
            throw new SchemaException(status);
        }
        return install(connection);
    }

    /** Applies the next migration, under the lock; false when there is none left. */
    private static boolean step(Connection connection, List<Migration> migrations) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE);
            statement.execute(LOCK);
            statement.execute(GiveWay.SETTING);
            SchemaStatus status = status(connection, migrations.size());
            if (status.isCurrent()) {
                return false;
            }
            if (status instanceof SchemaStatus.Newer || status instanceof SchemaStatus.Foreign) {
                throw new SchemaException(status);
            }
            if (status instanceof SchemaStatus.Missing) {
                makeRoom(statement);
            }
            Migration next = migrations.get(version(connection));
            GiveWay.begin(statement);
            statement.execute(next.sql());
            record(connection, next);
            if (next.version() == migrations.size() && hasRoles(connection)) {
                // With the last step or not at all: whoever is killed in between would leave it without rights.
                statement.execute(rolesScript());
            }
            return true;
        }
    }

    private static void makeRoom(Statement statement) throws SQLException {
        boolean there;
        try (ResultSet row = statement.executeQuery("select to_regnamespace('rework') is not null")) {
            row.next();
            there = row.getBoolean(1);
        }
        if (!there) {
            statement.execute(MAKE_SCHEMA);
        }
        statement.execute(MAKE_VERSIONS);
    }

    private static void record(Connection connection, Migration migration) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
            insert.setInt(1, migration.version());
            insert.setString(2, migration.name());
            insert.executeUpdate();
        }
    }

    /**
     * Drops the schema and everything in it, then installs it anew.
     *
     * @throws SchemaException when it is another program's
     */
    public static void reset(Connection connection) throws SQLException {
        boolean hadRoles = hasRoles(connection);
        Transactions.in(connection, c -> {
            try (Statement statement = c.createStatement()) {
                statement.execute(LOCK);
                SchemaStatus status = status(c);
                if (status instanceof SchemaStatus.Foreign) {
                    throw new SchemaException(status);
                }
                statement.execute(DROP);
            }
            return true;
        });
        install(connection);
        if (hadRoles) {
            roles(connection);
        }
    }

    private static boolean hasRoles(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(HAS_ROLES)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * Makes the group roles of {@link #rolesScript} and grants them what they need; may be run again. Roles belong to the
     * whole server, so several databases may do this at once.
     *
     * @throws SchemaException when the schema is not current
     */
    public static void roles(Connection connection) throws SQLException {
        GiveWay.until(connection, Schema::makeRoles);
    }

    private static boolean makeRoles(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE);
            statement.execute(LOCK);
            statement.execute(GiveWay.SETTING);
            SchemaStatus status = status(connection);
            if (!status.isCurrent()) {
                throw new SchemaException(status);
            }
            GiveWay.begin(statement);
            statement.execute(rolesScript());
            return true;
        }
    }

    /** What {@link #roles} runs. */
    public static String rolesScript() {
        return Migration.text("roles.sql");
    }

    /** Everything {@link #install} runs on an empty database, as one SQL text. */
    public static String script() {
        StringJoiner script = new StringJoiner("\n");
        script.add("begin;").add(LOCK + ";").add(MAKE_SCHEMA).add(MAKE_VERSIONS);
        for (Migration migration : Migration.ALL) {
            script.add(migration.sql());
            script.add("insert into rework.schema_version (version, name) values (" + migration.version() + ", '"
                    + migration.name() + "');");
        }
        return script.add("commit;").add("").toString();
    }

    /** The database's day, in UTC. */
    static LocalDate today(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TODAY)) {
            row.next();
            return row.getObject(1, LocalDate.class);
        }
    }
}
