package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
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
            String url = "postgresql://somebody@127.0.0.1:" + silent.getLocalPort() + "/none";
            try (MonitorJvm monitor = MonitorJvm.start(url, log);
                    Socket first = silent.accept()) {
                assertThat(first.isConnected()).isTrue();
                assertThat(monitor.end()).isZero();
            }
            assertThat(Files.readString(log)).contains("stopping").doesNotContain("rework: ");
        }
    }
}
