package dev.rework.cli;

import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.EmbeddedServer;
import dev.rework.embedded.EmbeddedStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code rework db}: the embedded Postgres. */
@Command(
        name = "db",
        description = "The embedded Postgres: what is used when no database is configured.",
        synopsisSubcommandLabel = "COMMAND")
final class DbCommand extends CliCommand {
    static final Map<String, Supplier<Object>> VERBS = verbs();

    private static Map<String, Supplier<Object>> verbs() {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("start", Start::new);
        verbs.put("stop", Stop::new);
        verbs.put("status", Status::new);
        verbs.put("url", Url::new);
        verbs.put("backup", Backup::new);
        return verbs;
    }

    @Override
    protected ExitCode perform() {
        throw new Refusal(
                ExitCode.USAGE, "db needs one of " + String.join(", ", VERBS.keySet()), "see: rework db --help");
    }

    EmbeddedPostgres postgres() {
        return EmbeddedDatabase.of(rework().shell());
    }

    /** A verb of {@code rework db}. */
    abstract static class Verb implements java.util.concurrent.Callable<Integer> {
        @ParentCommand
        @Nullable
        DbCommand db;

        abstract ExitCode perform(DbCommand db) throws Exception;

        @Override
        public Integer call() throws Exception {
            if (db == null) {
                throw new IllegalStateException("not run by picocli");
            }
            return perform(db).code();
        }
    }

    /** {@code rework db start}. */
    @Command(description = "Starts it, with the schema in it, unless it runs already.")
    static final class Start extends Verb {
        @Override
        ExitCode perform(DbCommand db) {
            EmbeddedServer server = db.postgres().start();
            EmbeddedDatabase.installSchema(server);
            db.out()
                    .println("Postgres " + server.version() + (server.startedHere() ? " started" : " runs already")
                            + ", data in " + server.data());
            return ExitCode.DONE;
        }
    }

    /** {@code rework db stop}. */
    @Command(description = "Stops it; what it holds stays. Sessions are cut.")
    static final class Stop extends Verb {
        @Override
        ExitCode perform(DbCommand db) {
            db.out().println(db.postgres().stop() ? "Postgres stopped" : "Postgres was not running");
            return ExitCode.DONE;
        }
    }

    /** {@code rework db status}. */
    @Command(description = "Says whether it runs, and where; exit code 1 when it does not.")
    static final class Status extends Verb {
        @Override
        ExitCode perform(DbCommand db) {
            EmbeddedStatus status = db.postgres().status();
            db.output()
                    .one(
                            status,
                            new Output.Form<>(List.of("state", "data", "pid", "port"), Status::values, Status::line));
            return status.state() == EmbeddedStatus.State.RUNNING ? ExitCode.DONE : ExitCode.ERROR;
        }

        private static Map<String, @Nullable Object> values(EmbeddedStatus status) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            values.put("state", status.state().name().toLowerCase(Locale.ROOT));
            values.put("data", status.data().toString());
            values.put("pid", status.pid() == 0 ? null : status.pid());
            values.put("port", status.port() == 0 ? null : status.port());
            return values;
        }

        private static String line(EmbeddedStatus status, Palette palette) {
            return switch (status.state()) {
                case ABSENT -> "no embedded Postgres yet; rework db start makes one in " + status.data();
                case STOPPED -> "stopped, data in " + status.data();
                case STARTING -> "starting, pid " + status.pid() + ", data in " + status.data();
                case RUNNING ->
                    palette.paint(Palette.Colour.GREEN, "running") + ", pid " + status.pid() + ", port " + status.port()
                            + ", data in " + status.data();
            };
        }
    }

    /** {@code rework db url}. */
    @Command(description = "Prints its address, password included.")
    static final class Url extends Verb {
        @Override
        ExitCode perform(DbCommand db) {
            db.out().println(db.postgres().url());
            return ExitCode.DONE;
        }
    }

    /** {@code rework db backup}. */
    @Command(description = "Copies its data into a new folder while it runs.")
    static final class Backup extends Verb {
        @Parameters(
                arity = "0..1",
                paramLabel = "FOLDER",
                description = "Where to; must not exist yet. Without: a new one under backups in the home folder.")
        @Nullable
        Path folder;

        private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT);

        @Option(names = "--quiet", description = "Say nothing.")
        boolean quiet;

        @Override
        ExitCode perform(DbCommand db) throws IOException {
            Path target = folder == null ? inHome(db) : folder;
            if (Files.exists(target)) {
                throw new Refusal(ExitCode.ERROR, "there is a " + target + " already; name a new folder");
            }
            EmbeddedPostgres postgres = db.postgres();
            postgres.backup(target);
            if (!quiet) {
                db.out()
                        .println(TaskForm.shown("copied to " + target.toAbsolutePath()
                                + "; to restore, stop the server and put it in the place of "
                                + postgres.status().data()));
            }
            return ExitCode.DONE;
        }

        private static Path inHome(DbCommand db) throws IOException {
            Path backups = db.rework().shell().home().path().resolve("backups");
            return Files.createDirectories(backups).resolve(STAMP.format(LocalDateTime.now()));
        }
    }
}
