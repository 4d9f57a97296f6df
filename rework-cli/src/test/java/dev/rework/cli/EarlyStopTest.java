package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyStopTest {

    @TempDir
    private Path folder;

    /** It would say after ten seconds and more that the database is out of reach, and exit with 3. */
    @Test
    void aMonitorThatIsToldToStopDoesNotWaitForAServerThatIsSilent() throws Exception {
        Path log = folder.resolve("log");
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Process monitor = monitor("postgresql://somebody@127.0.0.1:" + silent.getLocalPort() + "/none", log);
            try (Socket first = silent.accept()) {
                assertThat(first.isConnected()).isTrue();
                monitor.destroy();
                assertThat(monitor.waitFor(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                monitor.destroyForcibly();
            }
            assertThat(monitor.exitValue()).isZero();
            assertThat(Files.readString(log)).contains("stopping").doesNotContain("rework: ");
        }
    }

    private static Process monitor(String url, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main",
                "monitor");
        builder.environment().put("REWORK_DB", url);
        builder.environment().put("REWORK_HOME", Ran.HOME.toString());
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }
}
