package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.Frame;
import dev.rework.internal.Redaction;
import dev.rework.internal.SecretKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept back and when it is let out. */
class PipeTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Pipe pipe = new Pipe(out, "12345678");

    @Test
    void aHeldBeginningComesBeforeWhateverIsSaidNext() {
        pipe.hold(7L, 1, 0L, 0L);
        assertThat(sent()).isEmpty();
        pipe.send(Frame.Type.SYNC, 3);
        assertThat(sent()).containsSubsequence("7\t1\t0\t0", "3");
        out.reset();
        pipe.letOut();
        assertThat(sent()).as("only once").isEmpty();
    }

    @Test
    void aHeldBeginningIsReplacedByTheNext() {
        pipe.hold(7L, 1, 0L, 0L);
        pipe.hold(8L, 1, 0L, 0L);
        pipe.letOut();
        assertThat(sent()).contains("8\t1\t0\t0").doesNotContain("7\t1");
    }

    /** The monitor is gone: what the worker does then may not depend on a file of keys. */
    @Test
    void keysThatCannotBeReadAnyMoreHoldNothingUp(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("secret.key"), "no key at all\n");
        pipe.redact(Redaction.of(Stream.of("hunter2!")), SecretKeys.ofLaunch("file:" + file));
        pipe.tell(SecretKeys.ofLaunch("file:" + file));
        assertThat(sent()).isEmpty();
    }

    @Test
    void onlyManyVeryShortTasksAreQuick() {
        BatchSizing sizing = new BatchSizing();
        assertThat(sizing.isQuick(1)).isFalse();
        sizing.learn(1, 4, 4_000);
        assertThat(sizing.isQuick(1)).as("too few to tell").isFalse();
        sizing.learn(1, 500, 500_000);
        assertThat(sizing.isQuick(1)).isTrue();
        sizing.learn(1, 64, 64_000_000_000L);
        assertThat(sizing.isQuick(1)).as("some were long").isFalse();
    }

    private String sent() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
