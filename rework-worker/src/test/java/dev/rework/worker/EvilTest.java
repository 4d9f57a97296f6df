package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.TaskContext;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.HandCell;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvilTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static Map<String, String> failed(String operation, Class<?>... parameters) throws IOException {
        House house = new House(db, "evil-" + operation).operation(operation, parameters);
        long task = house.task(operation, null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue(operation + " fails", () -> house.state(task).equals("failed"));
            assertThat(worker.handle().isAlive()).isTrue();
            return house.row(task);
        }
    }

    @Test
    @Tag("fault-14")
    void anExceptionThatAnswersNothingFailsItsTaskAlone() throws IOException {
        assertThat(failed("evil").get("error")).startsWith(Operations.Evil.class.getName());
    }

    @Test
    @Tag("fault-14")
    void aStackOverflowIsAFailure() throws IOException {
        assertThat(failed("overflow").get("reason")).isEqualTo("java.lang.StackOverflowError");
    }

    @Test
    @Tag("fault-14")
    void anEndlessMessageIsCut() throws IOException {
        Map<String, String> row = failed("longTrace");
        assertThat(row.get("error")).hasSizeBetween(1_000, 70_000);
        assertThat(row.get("reason")).hasSizeLessThan(600);
    }

    @Test
    @Tag("fault-13")
    void anOutputThatIsTooLongIsRefusedWithTheReason() throws IOException {
        assertThat(failed("longOutput", TaskContext.class).get("reason")).contains("longer than");
    }

    @Test
    void whatWasSavedBeforeAFailureIsKept() throws IOException {
        Map<String, String> row = failed("saveThenFail", TaskContext.class);
        assertThat(row).containsEntry("output", "\"half of it\"");
        assertThat(row.get("error")).contains("after saving");
    }

    @Test
    @Tag("fault-12")
    void anOutputWithNulAndHalfAPairIsKeptAsItIs() throws IOException {
        House house = new House(db, "evil-output").operation("badOutput");
        long task = house.task("badOutput", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            assertThat(house.row(task)).containsEntry("output", "\"\\u0000 and \\ud800\"");
            assertThat(worker.handle().isAlive()).isTrue();
        }
    }

    @Test
    @Tag("fault-2")
    void runningOutOfMemoryEndsTheProcessWithCode3() throws IOException {
        House house = new House(db, "evil-memory").operation("memory");
        long task = house.task("memory", null);
        try (ChildWorker worker = house.start()) {
            assertThat(worker.exit()).isEqualTo(3);
            assertThat(worker.printed()).containsExactly("filling");
            assertThat(worker.unframed()).contains("OutOfMemoryError");
            assertThat(house.state(task)).isIn("claimed", "running");
            assertThat(worker.begun()).containsExactly(new HandCell.Begun(task, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit", "halt"})
    @Tag("fault-3")
    void endingTheProcessIsNotSuccess(String how) throws IOException {
        House house = new House(db, "evil-" + how).operation(how, int.class);
        long task = house.task(how, "0");
        try (ChildWorker worker = house.start()) {
            assertThat(worker.exit()).isZero();
            assertThat(house.state(task)).isIn("claimed", "running");
            assertThat(worker.begun()).containsExactly(new HandCell.Begun(task, 1));
            assertThat(worker.printed()).contains("last words");
            assertThat(worker.texts(dev.rework.internal.Frame.Type.BYE)).isEmpty();
        }
    }

    @Test
    void aRowNamesNoClass() throws IOException {
        House house = new House(db, "evil-row").operation("hello");
        db.update(
                "update rework.registration set class_name = 'dev.rework.worker.Operations', method_name = 'overflow',"
                        + " path = '/tmp/evil.jar' where operation = ?",
                house.operationId("hello"));
        long task = house.task("hello", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("it ends", () -> house.row(task).get("finished") != null);
            assertThat(house.state(task)).isEqualTo("done");
            assertThat(worker.printed()).containsExactly("I am running");
        }
    }

    @Test
    @DisplayName("W09 code that cannot be loaded fails its task, and its worker goes on")
    @Tag("fault-39")
    void aMissingClassFailsTheTaskAlone() throws IOException {
        House house = new House(db, "evil-missing").operation("nothing");
        house.misplace("nothing");
        long task = house.task("nothing", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("failed", () -> house.state(task).equals("failed"));
            assertThat(house.row(task).get("reason")).contains("no.such.Thing");
            assertThat(worker.handle().isAlive()).isTrue();
        }
    }
}
