package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.Retention;
import dev.rework.internal.db.TaskStore;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;

/**
 * What the previous version does in its own process. Compiled with that version's sources by {@link OldVersion}, so it keeps
 * to what has not changed since. A refusal is printed and ends it with 4.
 */
final class OldHouse {

    private OldHouse() {}

    /** Told the address on standard input; arguments: what, the home, the host, the operations' classes, their input. */
    public static void main(String[] args) throws Exception {
        String url = String.valueOf(WorkerLaunch.line(System.in));
        try {
            act(args, url);
        } catch (RuntimeException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            System.exit(4);
        }
    }

    private static void act(String[] args, String url) throws SQLException, IOException {
        switch (args[0]) {
            case "init" -> init(url);
            case "furnish" -> furnish(args, url);
            case "schedule" -> schedule(args, url);
            case "clean" -> clean(url);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static void init(String url) {
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
        }
    }

    /** Schema, roles, registrations, and a plan of every second. */
    private static void furnish(String[] args, String url) throws SQLException {
        init(url);
        try (Connection connection =
                DatabaseAddress.parse(url).dataSource("old").getConnection()) {
            call("dev.rework.sql.Schema", "roles", connection);
        }
        Registrar.register(
                DatabaseAddress.parse(url).dataSource("old"),
                Path.of(args[3]),
                new Registrar.Options(
                        args[2], StormOperations.DOMAIN, null, List.of(), new ReworkHome(Path.of(args[1]))));
        try (Rework rework = Rework.connect(url)) {
            rework.prepare("printing", "* * * * * *")
                    .domain(StormOperations.DOMAIN)
                    .input(new UpgradeOperations.Deed(args[4], ""))
                    .save();
        }
    }

    private static void schedule(String[] args, String url) {
        try (Rework rework = Rework.connect(url)) {
            rework.task("printing")
                    .domain(StormOperations.DOMAIN)
                    .input(new UpgradeOperations.Deed(args[4], ""))
                    .schedule();
        }
    }

    /** What its monitor does once an hour, by itself. */
    private static void clean(String url) throws SQLException {
        Retention retention =
                new Retention(TaskStore.jdbi(DatabaseAddress.parse(url).dataSource("old")));
        retention.finishedTasks(StormOperations.DOMAIN, Duration.ofDays(30));
        retention.deadWorkers(StormOperations.DOMAIN, Duration.ofDays(30));
        retention.endedMonitors(StormOperations.DOMAIN, Duration.ofDays(30));
        try (Connection connection =
                DatabaseAddress.parse(url).dataSource("old").getConnection()) {
            LocalDate today = LocalDate.now(java.time.ZoneOffset.UTC);
            call("dev.rework.sql.LogPartitions", "ensure", connection, today, 5);
            call("dev.rework.sql.LogPartitions", "dropBefore", connection, today.minusDays(30));
        }
    }

    /** A static method of a module that this one knows through others alone. */
    private static void call(String type, String method, Object... arguments) {
        try {
            for (Method each : Class.forName(type).getMethods()) {
                if (each.getName().equals(method) && each.getParameterCount() == arguments.length) {
                    each.invoke(null, arguments);
                    return;
                }
            }
            throw new IllegalStateException(type + " has no " + method);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
