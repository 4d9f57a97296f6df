package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Place;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettlerTest {

    @TempDir
    private Path folder;

    /** With a task that runs. */
    private Worker busy(long id) throws IOException {
        Path index = folder.resolve("index");
        new RegistrationIndex(List.of()).write(index);
        WorkerLaunch launch = new WorkerLaunch(
                "jdbc:postgresql://localhost/nowhere",
                Map.of(),
                id,
                "abcdefgh",
                House.HOST,
                "settler",
                index.toString(),
                folder.resolve("hand" + id).toString(),
                "file:/nonexistent",
                0,
                false,
                0);
        Worker worker = new Worker(launch, new Pipe(OutputStream.nullOutputStream(), launch.nonce()));
        Claim claim = new Claim(1, 1, Place.FIRST, null, null, null, false);
        worker.hand().add(List.of(claim));
        assertThat(worker.hand().begin(claim, claim, Rehearsal.OPERATION)).isNotNull();
        return worker;
    }

    @Test
    void whoHearsOfItsDeathHalts() throws IOException {
        Worker worker = busy(7);
        assertThat(worker.settler().mustHalt()).isFalse();
        worker.settlement().declaredDead();
        assertThat(worker.settler().mustHalt()).isTrue();
        worker.hand().end(null);
        assertThat(worker.settler().mustHalt()).as("with nothing to halt").isFalse();
    }

    /** It has no row: to its first statement nobody answers, as to one declared dead. */
    @Test
    void whoTrainsDoesNotHalt() throws IOException {
        Worker worker = busy(0);
        worker.settlement().declaredDead();
        assertThat(worker.settler().mustHalt()).isFalse();
    }
}
