package dev.rework.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidInput;
import dev.rework.LogLine;
import dev.rework.Moment;
import dev.rework.Problem;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskState;
import dev.rework.testing.TypedOperations.Everything;
import dev.rework.testing.TypedOperations.Seen;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The typed inputs of the Python rework, through real workers. */
@ReworkTest(operations = TypedOperations.class)
class TypedInputsTest {

    private static Everything everything(String letter, String horizon) {
        return new Everything(
                "some file".getBytes(StandardCharsets.UTF_8),
                letter,
                65,
                true,
                LocalDateTime.of(1973, 5, 20, 9, 0),
                Moment.of(horizon),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    @DisplayName("A07 typed inputs go round, defaults are filled in, wrong ones are refused")
    void a07(Rework rework, TestMonitor monitor) {
        Seen seen = monitor.stepUntilEnd(
                        rework.schedule("look_at", everything("b", "(date \"1973-5-20 9:00\")"), Seen.class))
                .output();
        assertThat(seen.file()).isEqualTo("some file");
        assertThat(seen.letter()).isEqualTo("b");
        assertThat(seen.birthday()).isEqualTo("1973-05-20");
        assertThat(seen.sexGiven()).isFalse();

        Map<String, Object> few = Map.of(
                "myfile", "c29tZSBmaWxl", "yes", false, "birthdate", "1973-05-20T09:00:00", "horizon", "(today)");
        Seen filled = monitor.stepUntilEnd(rework.schedule("look_at", few, Seen.class))
                .output();
        assertThat(filled.letter()).isEqualTo("a");
        assertThat(filled.weight()).isEqualTo(65);

        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> rework.schedule("look_at", Map.of("letter", "z", "weight", 3.7, "unknown", 1)))
                .satisfies(e -> assertThat(e.operation()).isEqualTo("look_at"))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::toString)
                        .contains(
                                "myfile: is missing",
                                "letter: \"z\" is not one of \"a\", \"b\"",
                                "weight: 3.7 is not a whole number",
                                "yes: is missing")
                        .anyMatch(problem -> problem.startsWith("unknown: is unknown")));
        assertThat(rework.tasks(TaskFilter.all().operation("look_at")))
                .allMatch(task -> task.state() == TaskState.DONE);
    }

    @Test
    @DisplayName("A08 a moment is relative to the start of the task")
    void a08(Rework rework, TestMonitor monitor) {
        Instant before = Instant.now();
        Task<Seen> task = monitor.stepUntilEnd(
                rework.schedule("look_at", everything("a", "(shifted (today) #:days 1)"), Seen.class));
        Instant horizon = task.output().horizon();
        assertThat(horizon)
                .isBetween(before.plus(Duration.ofHours(22)), Instant.now().plus(Duration.ofHours(26)));
        assertThat(task.output().sameHorizonLater()).isEqualTo(horizon);
    }

    @Test
    void whatAMomentMeansIsStoredAtTheFirstStartAndKeptByLaterAttempts(
            Rework rework, TestMonitor monitor, ReworkLab lab) throws SQLException {
        Task<String> task = monitor.stepUntilEnd(
                rework.schedule("again_until", Map.of("until", "(shifted (today) #:hours 1)"), String.class));
        assertThat(task.snapshot().attempt()).isEqualTo(2);
        String meant = task.output();
        assertThat(task.logs()).extracting(LogLine::line).contains(meant + " " + meant);
        assertThat(task.logs().stream().filter(line -> line.line().equals(meant + " " + meant)))
                .hasSize(2);
        try (Connection open = lab.database().dataSource().getConnection();
                PreparedStatement query =
                        open.prepareStatement("select input::text, moments::text from rework.task where id = ?")) {
            query.setLong(1, task.id());
            try (ResultSet row = query.executeQuery()) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).contains("(shifted (today) #:hours 1)");
                assertThat(row.getString(2)).isEqualTo("{\"until\":\"" + meant + "\"}");
            }
        }
    }

    @Test
    @DisplayName("A12 what takes nothing takes nothing and an empty object, and no key")
    void a12(Rework rework, TestMonitor monitor) {
        assertThat(monitor.stepUntilEnd(rework.schedule("takes_nothing")).state())
                .isEqualTo(TaskState.DONE);
        assertThat(monitor.stepUntilEnd(rework.schedule("takes_nothing", Map.of()))
                        .state())
                .isEqualTo(TaskState.DONE);
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> rework.schedule("takes_nothing", Map.of("a", 1)))
                .withMessageContaining("a: is unknown (nothing is taken)");
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> rework.schedule("half"))
                .withMessageContaining("is missing");
    }

    @Test
    @DisplayName("M29 outputs are checked too")
    void m29(Rework rework, TestMonitor monitor) {
        assertThat(monitor.stepUntilEnd(rework.schedule("half", 3, Double.class))
                        .output())
                .isEqualTo(1.5);
        Task<Double> wrong = monitor.stepUntilEnd(rework.schedule("half", 0, Double.class));
        assertThat(wrong.state()).isEqualTo(TaskState.FAILED);
        assertThat(wrong.error()).contains("output: \"NaN\" is not a number");
    }

    @Test
    @DisplayName("W17 one name in two domains of one file is two operations")
    void w17(Rework rework, ReworkLab lab) throws SQLException {
        try (Connection open = lab.database().dataSource().getConnection();
                PreparedStatement query =
                        open.prepareStatement("select count(*) from rework.operation where name = 'same_name'");
                ResultSet rows = query.executeQuery()) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(2);
        }
        assertThat(rework.task("same_name").domain("elsewhere").schedule().state())
                .isEqualTo(TaskState.QUEUED);
    }

    @Test
    @DisplayName("W22 a worker loads the user's code once")
    void w22(Rework rework, TestMonitor monitor) {
        monitor.options(options -> options.workers(1, 1));
        Task<Integer> first = monitor.stepUntilEnd(rework.schedule("count_loads", null, Integer.class));
        Task<Integer> second = monitor.stepUntilEnd(rework.schedule("count_loads", null, Integer.class));
        assertThat(second.output()).isEqualTo(first.output() + 1);
    }

    @Test
    @DisplayName("W40 what somebody puts into a row runs nothing")
    void w40(Rework rework, TestMonitor monitor, ReworkLab lab) throws SQLException {
        Task<String> task = rework.task("type_of")
                .output(String.class)
                .input(Map.of("@class", "javax.swing.JEditorPane", "page", "http://localhost"))
                .schedule();
        Task<Double> pickled = rework.schedule("half", 1, Double.class);
        try (Connection open = lab.database().dataSource().getConnection();
                PreparedStatement poison = open.prepareStatement(
                        "update rework.task set input = null, raw_input = '\\xaced0005' where id = ?")) {
            poison.setLong(1, pickled.id());
            poison.executeUpdate();
        }
        assertThat(monitor.stepUntilEnd(task).output()).isEqualTo("java.util.LinkedHashMap");
        assertThat(monitor.stepUntilEnd(pickled).state()).isEqualTo(TaskState.FAILED);
        assertThat(pickled.error()).contains("raw bytes were given where JSON is taken");
    }
}
