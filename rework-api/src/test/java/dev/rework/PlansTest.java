package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PlansTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    private static Rework rework;

    private static final String TASKS = """
            import dev.rework.*;
            import java.util.Optional;

            public class Tasks {
                public record Report(String customer, @Default("30") int days, Optional<byte[]> logo) {}

                @Operation
                public static void report(Report input) {}

                @Operation
                public static void anything(TaskContext task) {}

                @Operation
                public static void nothing() {}

                @Operation(domain = "nightly")
                public static void cleanup() {}
            }
            """;

    @BeforeAll
    static void register() throws IOException {
        register("Tasks", TASKS);
        rework = Rework.over(db.dataSource(TestDatabase.Part.OPERATOR));
    }

    @AfterAll
    static void close() {
        rework.close();
    }

    @BeforeEach
    void noPlans() {
        db.execute("delete from rework.plan");
    }

    private static void register(String name, String source) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".java"), source);
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                file,
                new Registrar.Options("h1", null, null, List.of(), new ReworkHome(folder.resolve("home"))));
    }

    private record Report(String customer, int days) {}

    @Test
    @DisplayName("A10 plans check their input as tasks do; the same plan is one row; files and metadata are kept")
    void plansCheckTheirInput() {
        PlanBuilder wrong = rework.prepare("report", "0 8 * * *").input(Map.of("days", "x", "more", 1));
        assertThatThrownBy(wrong::save)
                .isInstanceOfSatisfying(
                        InvalidInput.class, e -> assertThat(e.problems()).hasSize(3));
        assertThatThrownBy(() -> rework.prepare("report", "0 8 * * *").save()).isInstanceOf(InvalidInput.class);
        assertThat(rework.plans()).isEmpty();

        Plan plan = rework.prepare("report", "0 8 * * *")
                .input(Map.of("customer", "ACME", "logo", new byte[9]))
                .metadata(Map.of("user", "Joe"))
                .save();
        Plan again = rework.prepare("report", "0  8 * * *")
                .input(Map.of("logo", new byte[9], "customer", "ACME", "days", 30))
                .metadata(Map.of("user", "Joe"))
                .save();

        assertThat(again.id()).isEqualTo(plan.id());
        assertThat(plan.input()).contains("\"ACME\"").contains("\"days\":30");
        assertThat(plan.metadata()).isEqualTo(Map.of("user", "Joe"));
        assertThat(rework.plans()).extracting(Plan::id).containsExactly(plan.id());
        Plan raw = rework.prepare("anything", "0 8 * * *")
                .rawInput(new byte[] {1, 2, 3})
                .save();
        assertThat(raw.rawInput()).containsExactly(1, 2, 3);
    }

    @Test
    @DisplayName("A11 a plan of an unknown operation or of another domain is refused")
    void unknownOperationsAreRefused() {
        assertThatThrownBy(() ->
                        rework.prepare("report", "0 8 * * *").domain("nightly").save())
                .isInstanceOf(UnknownOperation.class)
                .hasMessageContaining("report")
                .hasMessageContaining("nightly");
        assertThatThrownBy(
                        () -> rework.prepare("cleanup", "0 8 * * *").host("h2").save())
                .isInstanceOf(UnknownOperation.class);
        assertThat(rework.prepare("cleanup", "0 8 * * *").save().domain()).isEqualTo("nightly");
        assertThat(rework.prepare("report", "0 8 * * *")
                        .input(new Report("ACME", 0))
                        .save()
                        .input())
                .contains("\"days\":0");
    }

    @Test
    @DisplayName("W27 every right rule is taken, every wrong one refused in words")
    void rulesAreReadAsTheyAre() {
        for (String rule : List.of("*/5 * * * *", "*/30 * * * * *", " * * * * * *", "0-59 * * * * *", "@daily")) {
            assertThat(rework.prepare("nothing", rule).save().rule()).isEqualTo(rule.strip());
        }
        assertThatThrownBy(() -> rework.prepare("nothing", "* * * *").save())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("5 fields are needed");
        assertThatThrownBy(() -> rework.prepare("nothing", "0 0 31 2 *").save()).hasMessageContaining("it never fires");
    }

    @Test
    void aPlanIsPreparedListedAndDeleted() {
        Plan plan = rework.prepare("report", "0 15 8,12 * * MON-FRI")
                .zone("Europe/Paris")
                .input(new Report("ACME", 30))
                .missed(Missed.ONCE)
                .overlap(Overlap.SKIP)
                .jitter(Duration.ofSeconds(20))
                .metadata(Map.of("user", "Joe"))
                .save();

        assertThat(plan.zone()).isEqualTo(ZoneId.of("Europe/Paris"));
        assertThat(plan.missed()).isEqualTo(Missed.ONCE);
        assertThat(plan.overlap()).isEqualTo(Overlap.SKIP);
        assertThat(plan.jitter()).isEqualTo(Duration.ofSeconds(20));
        assertThat(plan.next()).isNotNull();
        assertThat(plan.fires()).isTrue();
        assertThat(rework.plan(plan.id()).orElseThrow().rule()).isEqualTo("0 15 8,12 * * MON-FRI");
        assertThat(rework.unprepare(plan.id())).isTrue();
        assertThat(rework.unprepare(plan.id())).isFalse();
        assertThat(rework.plan(plan.id())).isEmpty();
        assertThat(rework.pausePlan(plan.id())).isFalse();
        assertThat(rework.resumePlan(plan.id())).isFalse();
        assertThat(rework.runPlan(plan.id())).isEmpty();
    }

    @Test
    @DisplayName("S01 a plan's metadata and input reach the task that is run at once, paused or not")
    void runNowMakesATaskLikeTheOthers() {
        Plan plan = rework.prepare("report", "0 8 1 1 *")
                .input(new Report("ACME", 30))
                .metadata(Map.of("user", "WEBUI"))
                .paused(true)
                .save();
        assertThat(plan.next()).isNull();

        Task<Object> task = rework.runPlan(plan.id()).orElseThrow();

        assertThat(task.state()).isEqualTo(TaskState.QUEUED);
        assertThat(task.metadata()).isEqualTo(Map.of("user", "WEBUI"));
        assertThat(db.one(String.class, "select input::text from rework.task where id = ?", task.id()))
                .contains("\"ACME\"");
        assertThat(rework.plan(plan.id()).orElseThrow().fired()).isEqualTo(1);
        assertThat(rework.plan(plan.id()).orElseThrow().position()).isEqualTo(plan.position());
        rework.runPlan(plan.id());
        assertThat(db.number("select last_task from rework.plan")).isEqualTo(task.id());
    }

    @Test
    void utcIsTheSameZoneHoweverItIsSpelled() {
        Plan plan = rework.prepare("nothing", "0 8 * * *").save();

        assertThat(rework.prepare("nothing", "0 8 * * *")
                        .zone(ZoneOffset.UTC)
                        .save()
                        .id())
                .isEqualTo(plan.id());
        assertThat(rework.prepare("nothing", "0 8 * * *")
                        .zone("Europe/Paris")
                        .save()
                        .id())
                .isNotEqualTo(plan.id());
    }

    @Test
    void declaredPlansFollowTheCode() throws IOException {
        String nightly = """
                import dev.rework.*;

                public class Nightly {
                    @Operation(domain = "house", cron = "30 2 * * *", zone = "Europe/Paris", missed = Missed.ONCE)
                    public static void tidy() {}
                }
                """;
        register("Nightly", nightly);
        Plan declared = rework.plans().get(0);
        assertThat(declared.declared()).isTrue();
        assertThat(declared.operation()).isEqualTo("tidy");
        assertThat(declared.rule()).isEqualTo("30 2 * * *");
        assertThat(declared.missed()).isEqualTo(Missed.ONCE);

        register("Nightly", nightly);
        assertThat(rework.plans()).extracting(Plan::id).containsExactly(declared.id());
        assertThat(rework.plan(declared.id()).orElseThrow().position()).isEqualTo(declared.position());

        register("Nightly", nightly.replace("30 2 * * *", "45 2 * * *"));
        assertThat(rework.plan(declared.id()).orElseThrow().rule()).isEqualTo("45 2 * * *");

        register("Nightly", nightly.replaceFirst("@Operation\\(.*\\)", "@Operation(domain = \"house\")"));
        assertThat(rework.plans()).isEmpty();

        register("Nightly", nightly);
        register("Nightly", nightly.replace("tidy", "sweep"));
        assertThat(rework.plans()).extracting(Plan::operation).containsExactly("sweep");
    }

    @Test
    void wrongDeclaredPlansAreRefusedAtRegistration() {
        String wrong = """
                import dev.rework.*;

                public class Wrong {
                    @Operation(cron = "99 * * * *") public static void rule() {}
                    @Operation(cron = "@daily", zone = "Mars/Olympus") public static void zone() {}
                    @Operation(cron = "@daily", jitter = "soon") public static void jitter() {}
                    @Operation(cron = "@daily", missedMax = 0) public static void most() {}
                    @Operation(cron = "@daily") public static void needs(int number) {}
                }
                """;
        assertThatThrownBy(() -> register("Wrong", wrong))
                .isInstanceOfSatisfying(
                        InvalidOperation.class,
                        e -> assertThat(String.join("\n", e.problems()))
                                .contains("minute \"99\": 0 to 59 is allowed")
                                .contains("Mars/Olympus")
                                .contains("jitter `soon`")
                                .contains("1 to 10000 are allowed")
                                .contains("cron runs it without input"));
    }
}
