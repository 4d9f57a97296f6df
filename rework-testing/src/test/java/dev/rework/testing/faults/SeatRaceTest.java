package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SeatRaceTest {

    private static final int ROUNDS = 50;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("fault-17")
    void ofTwoThatStartAtOnceExactlyOneLives() throws Exception {
        try (Racer one = new Racer();
                Racer two = new Racer()) {
            int first = 0;
            for (int i = 0; i < ROUNDS; i++) {
                Racer early = i % 2 == 0 ? one : two;
                Racer late = i % 2 == 0 ? two : one;
                early.tell("go");
                late.tell("go");
                String said = early.hear();
                assertThat(List.of(said, late.hear())).as("round " + i).containsExactlyInAnyOrder("lives", "refused");
                first += said.equals("lives") ? 1 : 0;
                early.tell("end");
                late.tell("end");
                assertThat(early.hear()).isEqualTo("ended");
                assertThat(late.hear()).isEqualTo("ended");
            }
            FaultRow.measured(
                    17, ROUNDS + " pairs at once: one lived each time, " + first + " times the one told first");
        }
    }

    private final class Racer implements AutoCloseable {
        private final Process process;
        private final OutputStream in;
        private final BufferedReader out;

        Racer() throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SeatRacer.class.getName(),
                            folder.resolve("home").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            in = process.getOutputStream();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            tell(db.url());
            assertThat(hear()).isEqualTo("ready");
        }

        void tell(String line) throws IOException {
            in.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
        }

        String hear() throws IOException {
            return String.valueOf(out.readLine());
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
