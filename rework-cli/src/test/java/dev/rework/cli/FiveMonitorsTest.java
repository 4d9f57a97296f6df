package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class FiveMonitorsTest {
    private static final int FIRES = 120;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("slow")
    @DisplayName("W24 five monitor processes, one killed every 5 s: as many tasks as fires")
    @Tag("fault-41")
    void everyInstantFiresOnce() throws Exception {
        // Registered on another host: nothing but firing happens here.
        Rows.operation(db, "beat", "tick", null);
        List<Process> monitors = new ArrayList<>();
        try {
            for (int i = 0; i < 5; i++) {
                monitors.add(monitor(i));
            }
            Eventually.isTrue("five monitors", () -> alive() == 5);
            assertThat(Ran.rework("prepare", db.url(), "tick", "* * * * * *", "--domain", "beat")
                            .code())
                    .isZero();
            for (int i = 0; fires() < FIRES; i++) {
                long enough = fires() + 5;
                Eventually.isTrue("it goes on firing", Duration.ofMinutes(2), () -> fires() >= enough);
                kill(monitors.get(i % 5));
                monitors.set(i % 5, monitor(i % 5));
            }
            assertThat(db.number("select count(distinct fire_at) from rework.task"))
                    .isEqualTo(fires());
            assertThat(db.number(
                            "select (extract(epoch from max(fire_at) - min(fire_at)) + 1)::bigint from rework.task"))
                    .isEqualTo(fires());
            assertThat(db.number("select skipped from rework.plan")).isZero();
        } finally {
            for (Process monitor : monitors) {
                kill(monitor);
            }
        }
    }

    private static long fires() {
        return db.number("select count(*) from rework.task");
    }

    private static long alive() {
        return db.number("select count(*) from rework.monitor where ended is null");
    }

    private Process monitor(int number) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main",
                "monitor",
                "--domain",
                "beat",
                "--host",
                "h" + number,
                "--minworkers",
                "0");
        builder.environment().put("REWORK_DB", db.url());
        builder.environment().put("REWORK_HOME", folder.resolve("home").toString());
        File log = folder.resolve("monitor-" + number + ".log").toFile();
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        return builder.start();
    }

    private static void kill(Process process) throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
}
