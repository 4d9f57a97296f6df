package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.HandCell;
import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.Lane;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SettlementTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    /** What a worker's row does not name is found by nobody once the worker is dead. */
    @Test
    void noClaimComesBetweenTheTakingAndTheGivingBack() throws Exception {
        House house = new House(db, "between").operation("echo", Object.class);
        house.tasks("echo", 3);
        WorkerLaunch launch = house.launch(house.worker(), 0, 0);
        Hand hand = new Hand(HandCell.create(Path.of(launch.hand())));
        Session session = new Session(launch, e -> {});
        Settlement settlement = new Settlement(session, hand, launch.domain());
        List<Lane> lanes = List.of(new Lane(house.operationId("echo"), ""));
        assertThat(settlement.find(lanes, new int[] {2})).isNotNull();
        FutureTask<Boolean> giver = new FutureTask<>(() -> {
            settlement.giveBack();
            return true;
        });
        Thread thread = new Thread(giver, "giver");
        session.once((connection, queue) -> {
            thread.start();
            Eventually.isTrue("it waits for the session", () -> thread.getState() == Thread.State.WAITING);
            // As the loop does once it sees an empty hand.
            if (hand.next() == null) {
                settlement.find(lanes, new int[] {1});
            }
            assertThat(unnamed(launch.worker())).isZero();
            return true;
        });
        assertThat(giver.get()).isTrue();
        assertThat(hand.next()).isNull();
        assertThat(db.number("select count(*) from rework.task where state = 'queued' and worker is null"))
                .isEqualTo(3);
        session.close();
    }

    private static long unnamed(long worker) {
        return db.number(
                "select count(*) from rework.task t join rework.worker w on w.id = t.worker"
                        + " where w.id = ? and t.state = 'claimed' and t.id <> all (w.holding)",
                worker);
    }
}
