package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.PlainText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReworkExceptionTest {
    private static final int READABLE = 2_000;
    private static final String LONG = "x".repeat(1 << 20);

    static List<ReworkException> quotingALongText() {
        return List.of(
                new UnknownOperation(LONG, null, null, List.of()),
                new UnknownOperation("a", LONG, LONG, List.of(LONG)),
                new AmbiguousOperation(LONG, List.of("a", "b")),
                new InvalidInput(LONG, List.of(new Problem(LONG, LONG))),
                new InvalidOperation(List.of(LONG)),
                new InvalidOperation(List.of("\n".repeat(1 << 20)), new IllegalStateException()),
                new InvalidAddress(LONG),
                new SecretKeyMissing(LONG),
                new SchemaMismatch(LONG),
                new JoinRefused(1, 2, LONG),
                new TaskAborted(1, Cause.ABORT, LONG),
                new TaskFailed(1, Cause.CRASH, LONG, null),
                new DatabaseRefused("\u0085".repeat(1 << 20), new IllegalStateException()),
                new DatabaseUnreachable(LONG, null));
    }

    @ParameterizedTest
    @MethodSource("quotingALongText")
    void aMessageCanBeRead(ReworkException error) {
        assertThat(error.getMessage()).contains(" characters more ").hasSizeLessThan(READABLE);
        assertThat(PlainText.bounded(error.getMessage())).isEqualTo(error.getMessage());
    }

    @Test
    void itsEndAndAllOfItsDataAreThere() {
        UnknownOperation error = new UnknownOperation(LONG, "d", null, List.of());
        assertThat(error)
                .hasMessageStartingWith("unknown operation `xxx")
                .hasMessageEndingWith("in domain `d`; register it with: rework register-operations");
        assertThat(error.name()).isEqualTo(LONG);
    }

    @Test
    void eachThingThatIsWrongIsReadForItself() {
        List<Problem> problems =
                List.of(new Problem("a", LONG), new Problem("b", "is missing"), new Problem("c", LONG));
        assertThat(new InvalidInput("o", problems))
                .hasMessageStartingWith("invalid input for `o`: a: xxx")
                .hasMessageContaining("; b: is missing; c: xxx");
        List<String> many = java.util.Collections.nCopies(100, "A.java:1: " + "y".repeat(90));
        assertThat(new InvalidOperation(many)).hasMessage(String.join("; ", many));
    }

    @Test
    void aRemoteStackTraceIsWholeButForTheLengthOfItsLines() {
        String trace = "java.lang.IllegalStateException: " + LONG + "\n" + "\tat a.B.c(B.java:1)\n".repeat(500);
        TaskFailed error = new TaskFailed(1, Cause.ERROR, "no", trace);
        assertThat(error.getMessage().lines().filter(line -> line.startsWith("\tat ")))
                .hasSize(500);
        assertThat(error.getMessage().lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(READABLE));
        assertThat(error.remoteStackTrace()).isEqualTo(trace);
    }

    @Test
    void nothingIsCutInTheMidstOfACharacter() {
        for (String text : List.of("\ud83d\ude00".repeat(2_000), "a" + "\ud83d\ude00".repeat(2_000) + "b")) {
            assertThat(PlainText.clean(PlainText.bounded(text))).isEqualTo(PlainText.bounded(text));
        }
    }
}
