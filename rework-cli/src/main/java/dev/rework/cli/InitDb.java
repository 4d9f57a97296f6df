package dev.rework.cli;

import dev.rework.internal.db.Audit;
import dev.rework.sql.Schema;
import dev.rework.sql.SchemaStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework init-db}. */
@Command(description = "Creates the schema rework, or upgrades it. Safe to repeat, also at the same time.")
final class InitDb extends DatabaseCommand {
    private static final int PATIENCE_MILLIS = 600_000;

    private static final String CONTENT = """
            select (select count(*) from (select from rework.operation limit 1000) o),
                   (select count(*) from (select from rework.task limit 1000) t),
                   (select count(*) from (select from rework.plan limit 1000) p)
            """;

    @Option(names = "--reset", description = "Drop the schema with all operations, tasks and logs first.")
    boolean reset;

    @Option(names = "--yes", description = "Yes, drop what is in it.")
    boolean yes;

    @Option(names = "--dry-run", description = "Print the SQL and do nothing.")
    boolean dryRun;

    @Option(
            names = "--roles",
            description = "Make group roles with the least rights too: rework_owner, _reader, _submitter, _operator,"
                    + " _worker, _monitor.")
    boolean roles;

    @Override
    protected ExitCode perform(Database database) throws SQLException {
        if (dryRun) {
            if (reset) {
                out().println("drop schema if exists rework cascade;");
            }
            out().print(Schema.script());
            if (roles) {
                out().print(Schema.rolesScript());
            }
            return ExitCode.DONE;
        }
        try (Connection connection = database.open()) {
            connection.setNetworkTimeout(Runnable::run, PATIENCE_MILLIS);
            if (reset) {
                demandConsent(connection);
                Schema.reset(connection);
                Audit.record(connection, "reset-db", "schema rework", "dropped with all that was in it");
                err().println("schema rework dropped and created anew");
            } else {
                int applied = Schema.install(connection);
                err().println(applied == 0 ? "schema rework is there and current" : "schema rework is ready");
            }
            if (roles) {
                Schema.roles(connection);
                err().println("roles rework_owner, _reader, _submitter, _operator, _worker and _monitor are there");
            }
        }
        return ExitCode.DONE;
    }

    private void demandConsent(Connection connection) throws SQLException {
        if (yes || !(Schema.status(connection) instanceof SchemaStatus.Current)) {
            demandOurs(connection);
            return;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CONTENT)) {
            row.next();
            if (row.getLong(1) + row.getLong(2) + row.getLong(3) > 0) {
                throw new Refusal(
                        ExitCode.ERROR,
                        "schema rework is in use: " + count(row.getLong(1)) + " operations, " + count(row.getLong(2))
                                + " tasks, " + count(row.getLong(3)) + " plans would be dropped",
                        "say --reset --yes to drop them");
            }
        }
    }

    /** A schema of ours of another version is not looked into: it is dropped with consent alone. */
    private void demandOurs(Connection connection) throws SQLException {
        SchemaStatus status = Schema.status(connection);
        if (!yes && (status instanceof SchemaStatus.Older || status instanceof SchemaStatus.Newer)) {
            throw new Refusal(ExitCode.ERROR, "schema rework is there", "say --reset --yes to drop it");
        }
    }

    private static String count(long value) {
        return value == 1000 ? "1000 or more" : Long.toString(value);
    }
}
