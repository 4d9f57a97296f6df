package dev.rework.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Registering again while tasks are queued and running: none is lost, none runs twice. */
@Tag("slow")
@ReworkTest
class RegisteringUnderLoadTest {
    private static final int QUEUED = 1000;
    private static final int RUNNING = 4;
    private static final String EXTRA = "@Operation public static void extra() {}";

    @TempDir
    Path folder;

    /** A source whose code, and so whose class path, is another one in each version. */
    private Path version(int version, String more) throws IOException {
        return Files.writeString(folder.resolve("Loaded.java"), """
                import dev.rework.*;
                import java.nio.file.*;

                public class Loaded {
                    static final int VERSION = %d;

                    public record Line(String file, int number) {}

                    @Operation
                    public static int line(Line in) throws Exception {
                        Files.writeString(Path.of(in.file()), in.number() + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                        return VERSION;
                    }

                    @Operation
                    public static String slow(TaskContext task) throws Exception {
                        new java.util.concurrent.CountDownLatch(1).await(3, java.util.concurrent.TimeUnit.SECONDS);
                        return "slept";
                    }

                    %s
                }
                """.formatted(version, more));
    }

    /** As {@code Loaded.Line}. */
    record Line(String file, int number) {}

    @Test
    @Tag("fault-37")
    @Tag("fault-38")
    void nothingIsLostAndNothingRunsTwice(ReworkLab lab, Rework rework, TestMonitor monitor) throws Exception {
        Path lines = folder.resolve("lines");
        lab.register(version(0, EXTRA));
        for (String rule : List.of("0 0 1 1 *", "0 1 1 1 *", "0 2 1 1 *")) {
            rework.prepare("slow", rule).save();
        }
        List<Task<Object>> tasks = new ArrayList<>();
        for (int i = 0; i < RUNNING; i++) {
            tasks.add(rework.schedule("slow"));
        }
        tasks.addAll(rework.scheduleAll(
                "line",
                IntStream.range(0, QUEUED)
                        .mapToObj(number -> new Line(lines.toString(), number))
                        .toList()));
        monitor.options(options -> options.workers(RUNNING, RUNNING)).run();
        Eventually.isTrue(
                "they run",
                () -> tasks.subList(0, RUNNING).stream().anyMatch(task -> task.state() == TaskState.RUNNING));
        for (int version = 1; version <= 5; version++) {
            lab.register(version(version, version % 2 == 0 ? EXTRA : ""));
        }
        lab.register(folder.resolve("Loaded.java"));
        Task<Object> waiting = stranded(lab, rework);

        for (Task<Object> task : tasks) {
            assertThat(task.join(Duration.ofMinutes(3)).state())
                    .as("task %s: %s", task.id(), task.error())
                    .isEqualTo(TaskState.DONE);
        }
        assertThat(tasks)
                .extracting(Task::snapshot)
                .extracting(TaskSnapshot::attempt)
                .containsOnly(1);
        List<String> written = Files.readAllLines(lines);
        assertThat(written).hasSize(QUEUED);
        assertThat(new HashSet<>(written)).hasSize(QUEUED);
        assertThat(rework.plans()).hasSize(3);
        assertThat(waiting.state()).isEqualTo(TaskState.QUEUED);
        lab.register(version(7, EXTRA));
        assertThat(waiting.join(Duration.ofMinutes(1)).state()).isEqualTo(TaskState.DONE);
    }

    /** A task of an operation that is not there any more, once those who knew it have ended. */
    private Task<Object> stranded(ReworkLab lab, Rework rework) throws IOException, SQLException {
        lab.register(version(6, EXTRA));
        Task<Object> waiting = rework.task("extra").delay(Duration.ofDays(1)).schedule();
        try (Connection open = lab.database().dataSource().getConnection();
                Statement statement = open.createStatement()) {
            long newest = number(statement, "select max(id) from rework.worker");
            lab.register(version(6, ""));
            String older = "select count(*) from rework.worker where finished is null and id <= " + newest;
            Eventually.isTrue("all workers are of now", () -> number(statement, older) == 0);
            statement.executeUpdate("update rework.task set run_at = now() where id = " + waiting.id());
        }
        Eventually.isTrue("it is due", () -> waiting.state() == TaskState.QUEUED);
        return waiting;
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
