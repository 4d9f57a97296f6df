package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void tellsCausesAndWhatWasSuppressed() {
        Exception failure = new IllegalStateException("outer", new IOException("inner"));
        failure.addSuppressed(new IllegalArgumentException("beside"));
        assertThat(Failure.text(failure))
                .startsWith("java.lang.IllegalStateException: outer\n\tat " + FailureTest.class.getName())
                .contains("\nSuppressed: java.lang.IllegalArgumentException: beside\n")
                .contains("\nCaused by: java.io.IOException: inner\n");
        assertThat(Failure.line(failure)).isEqualTo("java.lang.IllegalStateException: outer");
    }

    @Test
    void endsInACircle() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(Failure.text(two))
                .contains("Caused by: java.lang.Exception: one")
                .contains("[circular: ");
    }

    @Test
    void staysShortWhateverItIsGiven() {
        Exception failure = new Exception("x".repeat(1_000_000));
        for (int i = 0; i < 1000; i++) {
            failure = new Exception("y".repeat(10_000), failure);
            failure.addSuppressed(new Exception("z".repeat(100_000)));
        }
        assertThat(Failure.text(failure).length()).isLessThan(Failure.MOST + 40_000);
        assertThat(Failure.line(failure).length()).isLessThan(600);
    }

    @Test
    void isHarmlessForTheDatabase() {
        assertThat(Failure.text(new Exception("a\u0000b\ud800c"))).startsWith("java.lang.Exception: a\u2400b\ufffdc");
    }

    @Test
    void survivesAnExceptionThatAnswersNothing() {
        assertThat(Failure.text(new Operations.Evil())).contains("its toString() fails");
    }

    @Test
    void aNullMessageIsNotSpecial() {
        assertThat(Failure.line(new Exception((String) null))).isEqualTo("java.lang.Exception");
        assertThat(Failure.text(new Exception() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String toString() {
                        return null;
                    }
                }))
                .contains("FailureTest");
    }
}
