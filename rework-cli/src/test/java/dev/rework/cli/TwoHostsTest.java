package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class TwoHostsTest {
    private static final int TASKS = 400;
    private static final List<String> HOSTS = List.of("north", "south");

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    /** Nothing is noted before four processes have met, so that all four take part. */
    private static final String OPERATIONS = """
            import dev.rework.*;
            import java.nio.file.*;
            import java.util.concurrent.locks.LockSupport;
            import java.util.stream.Stream;

            public class Spread {
                @Operation(domain = "spread")
                public static void note(String folder, TaskContext task) throws Exception {
                    long pid = ProcessHandle.current().pid();
                    Path met = Path.of(folder, "met");
                    Files.writeString(met.resolve("" + pid), "");
                    while (count(met) < 4) {
                        LockSupport.parkNanos(5_000_000);
                    }
                    Files.writeString(Path.of(folder, "notes"), task.id() + " " + pid + "\\n",
                            StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                }

                private static long count(Path folder) throws Exception {
                    try (Stream<Path> files = Files.list(folder)) {
                        return files.count();
                    }
                }
            }
            """;

    @Test
    @Tag("slow")
    void fourHundredTasksRunOnceEachOnTheHostTheyAreMeantFor() throws Exception {
        Path source = Files.writeString(folder.resolve("Spread.java"), OPERATIONS);
        Files.createDirectory(folder.resolve("met"));
        for (String host : HOSTS) {
            assertThat(Ran.rework("register-operations", db.url(), source.toString(), "--host", host)
                            .code())
                    .isZero();
        }
        List<Task<Object>> tasks = new ArrayList<>();
        try (Rework rework = Rework.connect(db.url());
                MonitorJvm north = monitor(HOSTS.get(0));
                MonitorJvm south = monitor(HOSTS.get(1))) {
            for (int i = 0; i < TASKS; i++) {
                tasks.add(rework.task("note")
                        .domain("spread")
                        .host(HOSTS.get(i % 2))
                        .input(folder.toString())
                        .schedule());
            }
            Map<Long, String> pids = new HashMap<>();
            tasks.forEach(task -> task.join(Duration.ofMinutes(3)));
            for (String line : Files.readAllLines(folder.resolve("notes"))) {
                String[] words = line.split(" ");
                assertThat(pids.put(Long.parseLong(words[0]), words[1])).isNull();
            }
            assertThat(pids).hasSize(TASKS);
            assertThat(pids.values().stream().distinct()).hasSize(4);
            IntStream.range(0, TASKS).forEach(i -> ranWhereItShould(tasks.get(i).snapshot(), HOSTS.get(i % 2), pids));
        }
    }

    private static void ranWhereItShould(TaskSnapshot task, String host, Map<Long, String> pids) {
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        assertThat(task.attempt()).isOne();
        assertThat(db.one(String.class, "select host || ' ' || pid from rework.worker where id = ?", task.worker()))
                .isEqualTo(host + " " + pids.get(task.id()));
    }

    private MonitorJvm monitor(String host) throws Exception {
        return MonitorJvm.start(
                db.url(), folder.resolve(host + ".log"), "--domain", "spread", "--host", host, "--maxworkers", "2");
    }
}
