package dev.rework.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@code rework monitor} in a process of its own, in the home folder of {@link Ran}. */
final class MonitorJvm implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;

    private MonitorJvm(Process process) {
        this.process = process;
    }

    /** Starts one; what it says is appended to a file. */
    static MonitorJvm start(String url, Path log, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main",
                "monitor",
                "--grace",
                "PT5S",
                "--jvm-option=-Xmx64m",
                "--jvm-option=-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("REWORK_DB", url);
        builder.environment().put("REWORK_HOME", Ran.HOME.toString());
        File file = log.toFile();
        return new MonitorJvm(builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
                .start());
    }

    @Override
    public void close() throws InterruptedException {
        end();
    }

    /** As TERM would; waits for its end, and says with which exit code. */
    int end() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            throw new AssertionError("the monitor does not end");
        }
        return process.exitValue();
    }
}
