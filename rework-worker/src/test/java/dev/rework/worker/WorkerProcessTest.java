package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class WorkerProcessTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void runsATaskAndCapturesWhatItPrints() throws Exception {
        House house = new House(db, "hello").operation("hello");
        long task = house.task("hello", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            assertThat(worker.lines())
                    .containsExactly("stdout::INFO:I am running", "stderr::WARNING:and this is an error");
            assertThat(worker.texts(Frame.Type.BEGIN)).containsExactly(task + "\t1\t0\t0");
            assertThat(worker.texts(Frame.Type.END)).containsExactly(task + "\t1");
            assertThat(house.row(task)).containsEntry("attempt", "1").containsEntry("worker", "" + worker.id());
            worker.say(new Control.Stop("explicit shutdown"));
            assertThat(worker.exit()).isZero();
            assertThat(worker.texts(Frame.Type.BYE)).isEqualTo(List.of("explicit shutdown"));
        }
    }

    @Test
    void givesBackWhatItWasGiven() throws Exception {
        House house = new House(db, "echo").operation("echo", Object.class);
        long task = house.task("echo", "{\"a\": [1, 2.50]}");
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            assertThat(house.row(task).get("output")).isEqualTo("{\"a\":[1,2.5]}");
            assertThat(worker.lines()).isEmpty();
        }
    }

    @Test
    @DisplayName("M19 an exception fails its task, which keeps the stack trace")
    void failsATaskWithTheTraceOfItsException() throws Exception {
        House house = new House(db, "fail").operation("fail");
        long task = house.task("fail", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("failed " + worker, () -> house.state(task).equals("failed"));
            assertThat(house.row(task))
                    .containsEntry("cause", "error")
                    .containsEntry("reason", "java.lang.IllegalStateException: oops");
            assertThat(house.row(task).get("error"))
                    .matches("java.lang.IllegalStateException: oops\n\tat dev.rework.worker.Operations.fail"
                            + "\\(Operations.java:\\d+\\)");
        }
    }
}
