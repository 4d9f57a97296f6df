package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTreeTest {

    private static final String FORKS = """
            sleep 300 &
            (sh -c 'sleep 300 & wait' &)
            setsid sleep 300 &
            (setsid sh -c 'sleep 300 & echo up > %s; wait' &)
            sleep 300
            """;

    @Test
    @Tag("fault-7")
    void noneOfAWorkersProcessesSurvivesHoweverItHid(@TempDir Path dir) throws Exception {
        Path up = dir.resolve("up");
        String tag = UUID.randomUUID().toString();
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", FORKS.formatted(up));
        builder.environment().put(ProcessTree.TAG, tag);
        Process leader = builder.start();
        Eventually.isTrue(
                "all five kinds run",
                () -> Files.exists(up) && ProcessTree.tagged(tag).size() >= 8);
        List<ProcessHandle> all = ProcessTree.tagged(tag);

        ProcessTree.kill(leader.toHandle(), tag);
        assertThat(leader.toHandle().isAlive()).isFalse(); // a Process knows of its end a moment later
        assertThat(ProcessTree.sweep(tag)).isTrue();

        assertThat(leader.waitFor()).isEqualTo(137);
        assertThat(ProcessTree.tagged(tag)).isEmpty();
        Eventually.isTrue("all are gone", () -> all.stream().noneMatch(ProcessHandle::isAlive));
    }

    @Test
    void anotherWorkersProcessesAreNotTouched() throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sleep", "300");
        String tag = UUID.randomUUID().toString();
        builder.environment().put(ProcessTree.TAG, tag);
        Process other = builder.start();
        try {
            assertThat(ProcessTree.sweep(UUID.randomUUID().toString())).isTrue();
            assertThat(other.isAlive()).isTrue();
            assertThat(ProcessTree.tagged(tag)).extracting(ProcessHandle::pid).containsExactly(other.pid());
        } finally {
            ProcessTree.kill(other.toHandle(), tag);
        }
    }

    @Test
    @DisplayName("W44 a process is known by its pid and its start: a recycled pid is nobody")
    void aProcessIsKnownByItsPidAndItsStart() throws Exception {
        Process process = new ProcessBuilder("sleep", "300").start();
        ProcessIdentity identity = ProcessIdentity.of(process.pid());
        assertThat(identity.isAlive()).isTrue();
        assertThat(new ProcessIdentity(process.pid(), identity.start() - 1).isAlive())
                .isFalse();
        process.toHandle().destroyForcibly();
        process.waitFor();
        assertThat(identity.isAlive()).isFalse();
    }

    @Test
    void aProcessCanBeStoppedAndContinued() throws Exception {
        Process process = new ProcessBuilder("sleep", "300").start();
        try {
            assertThat(ProcessTree.signal("STOP", process.pid())).isTrue();
            Eventually.value(() -> ProcessIdentity.state(process.pid()), "T"::equals);
            assertThat(ProcessTree.signal("CONT", process.pid())).isTrue();
            Eventually.value(() -> ProcessIdentity.state(process.pid()), "S"::equals);
        } finally {
            process.toHandle().destroyForcibly();
            process.waitFor();
        }
    }
}
