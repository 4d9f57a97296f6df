package dev.rework.cli;

import dev.rework.AmbiguousOperation;
import dev.rework.DatabaseRefused;
import dev.rework.DatabaseUnreachable;
import dev.rework.InvalidAddress;
import dev.rework.InvalidInput;
import dev.rework.InvalidOperation;
import dev.rework.JoinInterrupted;
import dev.rework.JoinRefused;
import dev.rework.JoinTimeout;
import dev.rework.ReworkException;
import dev.rework.SchemaMismatch;
import dev.rework.TaskAborted;
import dev.rework.TaskFailed;
import dev.rework.TaskLost;
import dev.rework.UnknownOperation;
import dev.rework.embedded.EmbeddedPostgresException;
import dev.rework.monitor.MonitorRefused;
import dev.rework.sql.SchemaException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What an error means for the person at the terminal: one line, a hint, an exit code. */
final class Verdict {
    private Verdict() {}

    static Refusal on(Throwable error) {
        if (error instanceof Refusal refusal) {
            return refusal;
        }
        if (error instanceof ReworkException own) {
            return new Refusal(exitCode(own), message(own), hint(own), own);
        }
        if (error instanceof SchemaException schema) {
            return new Refusal(ExitCode.SCHEMA, message(schema), null, schema);
        }
        if (error instanceof EmbeddedPostgresException embedded) {
            return new Refusal(ExitCode.UNREACHABLE, message(embedded), "rework db status looks at it", embedded);
        }
        if (error instanceof MonitorRefused refused) {
            return new Refusal(ExitCode.ERROR, message(refused), "rework list-monitors shows them", refused);
        }
        if (error instanceof NoSuchFileException missing) {
            return new Refusal(ExitCode.UNKNOWN, "no such file: " + missing.getFile(), null, missing);
        }
        if (error instanceof AccessDeniedException denied) {
            return new Refusal(ExitCode.ERROR, "not allowed: " + denied.getFile(), null, denied);
        }
        if (error instanceof SQLException sql) {
            return onSql(sql);
        }
        if (error.getCause() != null && (error.getCause() instanceof SQLException || isOurs(error.getCause()))) {
            return on(error.getCause());
        }
        return new Refusal(ExitCode.ERROR, message(error), "run it again with --debug for the stack trace", error);
    }

    private static boolean isOurs(Throwable error) {
        return error instanceof ReworkException || error instanceof Refusal || error instanceof IOException;
    }

    private static Refusal onSql(SQLException error) {
        String state = error.getSQLState() == null ? "" : error.getSQLState();
        if (state.startsWith("08")) {
            String message = "the database is out of reach: "
                    + (error.getCause() instanceof UnknownHostException unknown
                            ? "there is no host " + unknown.getMessage()
                            : message(error));
            return new Refusal(ExitCode.UNREACHABLE, message, "rework doctor looks closer", error);
        }
        String message = "the database answered: " + message(error);
        if (state.startsWith("28") || state.startsWith("57P") || state.equals("3D000")) {
            return new Refusal(ExitCode.UNREACHABLE, message, "rework doctor looks closer", error);
        }
        if (state.equals("42P01") || state.equals("3F000")) {
            return new Refusal(ExitCode.SCHEMA, message, "create or upgrade the schema with: rework init-db", error);
        }
        return new Refusal(ExitCode.ERROR, message, null, error);
    }

    private static ExitCode exitCode(ReworkException error) {
        if (error instanceof UnknownOperation || error instanceof TaskLost) {
            return ExitCode.UNKNOWN;
        }
        if (error instanceof InvalidAddress || error instanceof AmbiguousOperation) {
            return ExitCode.USAGE;
        }
        if (error instanceof SchemaMismatch) {
            return ExitCode.SCHEMA;
        }
        if (error instanceof DatabaseUnreachable) {
            return ExitCode.UNREACHABLE;
        }
        if (error instanceof JoinTimeout) {
            return ExitCode.TIMED_OUT;
        }
        return ExitCode.ERROR;
    }

    private static @Nullable String hint(ReworkException error) {
        if (error instanceof DatabaseUnreachable || error instanceof DatabaseRefused) {
            return "rework doctor looks closer";
        }
        if (error instanceof UnknownOperation) {
            return "rework list-operations shows what is registered";
        }
        if (error instanceof AmbiguousOperation) {
            return "add --domain";
        }
        if (error instanceof InvalidInput
                || error instanceof InvalidAddress
                || error instanceof InvalidOperation
                || error instanceof SchemaMismatch
                || error instanceof JoinTimeout
                || error instanceof JoinInterrupted
                || error instanceof JoinRefused
                || error instanceof TaskAborted
                || error instanceof TaskFailed
                || error instanceof TaskLost) {
            return null;
        }
        return null;
    }

    private static String message(Throwable error) {
        String message = error.getMessage();
        String text = message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
