package dev.rework.cli;

import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.Codec;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.TaskStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The tasks of the demo: schedules them in three steps, watches them, and tells at the end what came of each. */
final class DemoTasks {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long PAUSE_NANOS = 50_000_000;
    private static final int WIDTH = 90;
    private static final int SHEEP_MILLIS = 1_500;

    private static final Map<String, TaskState> EXPECTED = expected();

    private final Database database;
    private final DemoView view;
    private final DemoCommand demo;
    private final Path folder;
    private final BooleanSupplier over;
    private long first;

    /** {@code over}: whether somebody wants the demo to end. */
    DemoTasks(Database database, DemoView view, Path folder, BooleanSupplier over) {
        this.database = database;
        this.view = view;
        this.demo = view.demo();
        this.folder = folder;
        this.over = over;
    }

    private static Map<String, TaskState> expected() {
        Map<String, TaskState> expected = new LinkedHashMap<>();
        expected.put("make_sales", TaskState.DONE);
        expected.put("summarise", TaskState.DONE);
        expected.put("shrink", TaskState.DONE);
        expected.put("write_report", TaskState.DONE);
        expected.put("add_up", TaskState.FAILED);
        expected.put("loop_for_ever", TaskState.ABORTED);
        expected.put("count_sheep", TaskState.ABORTED);
        return expected;
    }

    ExitCode run() {
        String sales = folder.resolve("sales").toString();
        String picture = folder.resolve("city.png").toString();
        Task<Object> made = schedule("make_sales", Map.of("folder", sales));
        first = made.id() - 1;
        if (!settled(made)) {
            return ExitCode.ERROR;
        }
        Task<Object> summary = schedule("summarise", Map.of("folder", sales));
        Task<Object> loop = schedule("loop_for_ever", null);
        Task<Object> shrunk = schedule("shrink", Map.of("image", picture));
        Task<Object> added = schedule(
                "add_up", Map.of("file", folder.resolve("sales/lyon.csv").toString()));
        Task<Object> sheep = schedule("count_sheep", null);
        if (!running(sheep) || !passed(SHEEP_MILLIS)) {
            return ExitCode.ERROR;
        }
        demo.say("demo", "enough sheep: rework abort-task " + sheep.id());
        sheep.abort("enough sheep");
        if (!settled(summary, shrunk)) {
            return ExitCode.ERROR;
        }
        Task<Object> report = schedule("write_report", reportOf(summary, shrunk));
        if (!settled(summary, loop, shrunk, added, sheep, report)) {
            return ExitCode.ERROR;
        }
        return conclusion(view.look(first));
    }

    private Task<Object> schedule(String operation, @Nullable Object input) {
        Task<Object> task = database.client()
                .task(operation)
                .domain(DemoCommand.DOMAIN)
                .input(input)
                .schedule();
        String given = input == null ? "" : ": " + TaskForm.shown(Codec.write(input));
        demo.say("demo", "scheduled " + operation + " as task " + task.id() + cut(given));
        return task;
    }

    private Map<String, Object> reportOf(Task<Object> summary, Task<Object> shrunk) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("folder", folder.toString());
        report.put("summary", summary.output());
        Object picture = shrunk.output();
        report.put("picture", picture instanceof Map<?, ?> fields ? fields.get("image") : "");
        return report;
    }

    private boolean settled(Task<?>... awaited) {
        List<Long> ids = Arrays.stream(awaited).map(Task::id).toList();
        return until(() -> view.look(first).stream()
                .filter(task -> ids.contains(task.id()))
                .allMatch(task -> task.state().isFinal()));
    }

    private boolean running(Task<Object> awaited) {
        return until(() -> view.look(first).stream()
                .anyMatch(task -> task.id() == awaited.id() && task.state() != TaskState.QUEUED));
    }

    private boolean passed(int millis) {
        long end = System.nanoTime() + millis * 1_000_000L;
        return until(() -> {
            view.look(first);
            return System.nanoTime() - end >= 0;
        });
    }

    private boolean until(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (over.getAsBoolean()) {
                return false;
            }
            if (System.nanoTime() - end >= 0) {
                throw new Refusal(ExitCode.TIMED_OUT, "the demo's tasks take too long", "rework doctor looks closer");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return true;
    }

    private ExitCode conclusion(List<TaskSnapshot> tasks) {
        TaskStore store = new TaskStore(database.jdbi());
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(
                String.format(Locale.ROOT, "%5s  %-14s %-8s %7s  %s", "task", "operation", "state", "took", "outcome"));
        for (TaskSnapshot task : tasks) {
            lines.add(row(task, store));
        }
        lines.addAll(explained());
        tasks.stream().filter(task -> task.error() != null).findFirst().ifPresent(task -> {
            lines.add("");
            lines.add("The stack trace of task " + task.id() + ", kept with it:");
            String error = PlainText.shown(String.valueOf(task.error()), true);
            error.lines().limit(8).forEach(line -> lines.add("    " + line));
        });
        lines.addAll(onwards(tasks));
        lines.forEach(demo.out()::println);
        boolean asExpected = tasks.stream().allMatch(task -> EXPECTED.get(task.operation()) == task.state());
        return asExpected ? ExitCode.DONE : ExitCode.ERROR;
    }

    private String row(TaskSnapshot task, TaskStore store) {
        String took = task.started() == null || task.finished() == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f s",
                        Duration.between(task.started(), task.finished()).toMillis() / 1000.0);
        String outcome = task.cause() == null
                ? store.bodies(task.id()).map(TaskStore.Bodies::output).orElse("")
                : TaskForm.lower(task.cause()) + ": " + task.reason();
        String shown = TaskForm.shown(String.valueOf(outcome));
        String state = String.format(Locale.ROOT, "%-8s", TaskForm.lower(task.state()));
        return String.format(Locale.ROOT, "%5d  %-14s ", task.id(), TaskForm.shown(task.operation()))
                + demo.palette().paint(TaskForm.colour(task.state()), state)
                + String.format(Locale.ROOT, " %7s  ", took)
                + cut(shown);
    }

    private static String cut(String text) {
        return text.length() > WIDTH ? text.substring(0, WIDTH - 1) + "…" : text;
    }

    private static List<String> explained() {
        return List.of(
                "",
                "What happened:",
                "  make_sales     wrote the files the others work on; what it printed was captured line by line",
                "  summarise      read them all, said how far it was, and returned a record",
                "  shrink         drew a picture and shrank it, beside the others, in a worker process of its own",
                "  write_report   took the outputs of both as its input, and wrote a page",
                "  add_up         met a spoilt row: its exception is kept with the task",
                "  loop_for_ever  hears no interrupt: its worker process was killed when its 2 s were over",
                "  count_sheep    was aborted: its worker was killed, and another took its place");
    }

    private List<String> onwards(List<TaskSnapshot> tasks) {
        String last = tasks.isEmpty() ? "1" : Long.toString(tasks.get(0).id());
        return List.of(
                "",
                "Look further:",
                "  " + demo.again("list-tasks --domain " + DemoCommand.DOMAIN),
                "  " + demo.again("log-task " + last),
                "  " + demo.again("show-task " + last),
                "  " + demo.again("list-workers --domain " + DemoCommand.DOMAIN),
                "  the report: " + folder.resolve("report.html"));
    }
}
