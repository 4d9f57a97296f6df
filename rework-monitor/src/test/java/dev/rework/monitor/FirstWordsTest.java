package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FirstWordsTest {

    private static final String REFUSED = "08001";
    private static final String CUT = "57P01";
    private static final String STARTING = "57P03";

    private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    private final FirstWords words = new FirstWords(stopped);

    /** Fails with these SQLSTATEs, one after the other, then answers. */
    private static Supplier<String> server(String... states) {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(states));
        return () -> {
            String state = left.poll();
            if (state != null) {
                throw new ConnectionException(new SQLException("no", state));
            }
            return "here";
        };
    }

    @Test
    void whoIsNotThereIsToldAtOnce() {
        assertThatExceptionOfType(ConnectionException.class).isThrownBy(() -> words.ask(server(REFUSED)));
        assertThat(words.isAgain()).isFalse();
    }

    @Test
    @Tag("fault-20")
    void whoWasHeardIsAskedAgain() {
        assertThat(words.ask(server(CUT, STARTING, REFUSED))).isEqualTo("here");
        assertThat(words.isAgain()).isTrue();
        assertThat(words.ask(server(REFUSED))).isEqualTo("here");
    }

    @Test
    void whatIsNoOutageIsThrown() {
        assertThat(words.ask(server())).isEqualTo("here");
        assertThatExceptionOfType(ConnectionException.class).isThrownBy(() -> words.ask(server("42501")));
    }

    @Test
    void whoIsToldToStopAsksNoMore() {
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> words.ask(() -> {
                    stopped.complete(true);
                    throw new ConnectionException(new SQLException("no", STARTING));
                }));
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> words.ask(server()));
    }

    @Test
    void whoIsToldToStopWaitsForNoServerThatIsSilent() {
        assertThatExceptionOfType(CancellationException.class)
                .isThrownBy(() -> words.ask(() -> {
                    stopped.complete(true);
                    return new CompletableFuture<String>()
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join();
                }));
    }

    @Test
    void anAnswerThatWasUnderWayIsHeard() {
        assertThat(words.ask(() -> stopped.complete(true))).isTrue();
    }
}
