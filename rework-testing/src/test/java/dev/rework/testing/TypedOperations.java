package dev.rework.testing;

import dev.rework.Choices;
import dev.rework.Default;
import dev.rework.Moment;
import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.TaskContext;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;

/** Operations that take and give what their records say. */
public final class TypedOperations {
    private static int loaded;

    private TypedOperations() {}

    /** One component of each kind that the Python rework knew. */
    public record Everything(
            byte[] myfile,
            @Choices({"a", "b"}) @Default("a") String letter,
            @Default("65") int weight,
            boolean yes,
            LocalDateTime birthdate,
            Moment horizon,
            Optional<String> sex,
            Optional<Instant> seen) {}

    /** What the operation saw. */
    public record Seen(
            String file,
            String letter,
            int weight,
            boolean yes,
            LocalDate birthday,
            Instant horizon,
            boolean sexGiven,
            Instant sameHorizonLater) {}

    @Operation
    public static Seen look_at(Everything in) {
        Instant first = in.horizon().at().toInstant();
        return new Seen(
                new String(in.myfile(), java.nio.charset.StandardCharsets.UTF_8),
                in.letter(),
                in.weight(),
                in.yes(),
                in.birthdate().toLocalDate(),
                first,
                in.sex().isPresent(),
                in.horizon().at().toInstant());
    }

    public record Until(Moment until, Optional<Moment> from) {}

    /** Fails once, and then says what it and its first attempt saw. */
    @Operation(retries = 1, onCrash = OnCrash.RETRY, backoff = "PT0S")
    public static String again_until(Until input, TaskContext task) {
        System.out.println(
                input.until().at() + " " + task.input(Until.class).until().at());
        if (task.attempt() == 1) {
            Runtime.getRuntime().halt(1);
        }
        return input.until().at().toString();
    }

    @Operation
    public static void takes_nothing() {}

    @Operation
    public static double half(double number) {
        return number == 0 ? Double.NaN : number / 2;
    }

    @Operation
    public static int count_loads() {
        return ++loaded;
    }

    @Operation(name = "same_name", domain = "default")
    public static String same_here(TaskContext task) {
        return "default";
    }

    @Operation(name = "same_name", domain = "elsewhere")
    public static String same_there(TaskContext task) {
        return "elsewhere";
    }

    @Operation
    public static String type_of(TaskContext task) {
        Object input = task.input(Object.class);
        return input == null ? "null" : input.getClass().getName();
    }
}
