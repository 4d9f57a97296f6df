package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.HandCell;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.RetryDelay;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandTest {
    private static final Served.Operation OPERATION = new Served.Operation(
            1,
            new RegistrationIndex.Entry("o", "C", "m", List.of(), null, null, "p"),
            0,
            0,
            new RetryDelay(0, 0, 0),
            false);

    @TempDir
    private Path folder;

    private Hand hand;

    @BeforeEach
    void anEmptyHand() throws IOException {
        hand = new Hand(HandCell.create(folder.resolve("hand")));
    }

    @Test
    void whatIsDroppedIsNeverBegun() throws IOException {
        Claim claim = claim(1);
        hand.add(List.of(claim));
        assertThat(hand.drop(1, 2)).isEqualTo(Hand.Dropped.GONE);
        assertThat(hand.drop(1, 1)).isEqualTo(Hand.Dropped.DROPPED);
        assertThat(hand.begin(claim, claim, OPERATION)).isNull();
        assertThat(HandCell.read(folder.resolve("hand"))).isEmpty();
    }

    @Test
    void whatIsBegunCanNotBeDropped() throws IOException {
        Claim claim = claim(1);
        hand.add(List.of(claim));
        assertThat(hand.begin(claim, claim, OPERATION)).isNotNull();
        assertThat(hand.drop(1, 1)).isEqualTo(Hand.Dropped.BEGUN);
        assertThat(HandCell.read(folder.resolve("hand"))).containsExactly(new HandCell.Begun(1, 1));
        hand.end(outcome(1));
        assertThat(hand.drop(1, 1)).isEqualTo(Hand.Dropped.GONE);
    }

    @Test
    @Tag("fault-5")
    void dropAndBeginningAgreeAlways() throws Exception {
        for (int i = 1; i <= 2000; i++) {
            Claim claim = claim(i);
            hand.add(List.of(claim));
            CyclicBarrier together = new CyclicBarrier(2);
            AtomicReference<Hand.Dropped> answer = new AtomicReference<>();
            Thread dropper = new Thread(() -> {
                meet(together);
                answer.set(hand.drop(claim.id(), 1));
            });
            dropper.start();
            meet(together);
            Hand.Running running = hand.begin(claim, claim, OPERATION);
            dropper.join();
            assertThat(answer.get()).isEqualTo(running == null ? Hand.Dropped.DROPPED : Hand.Dropped.BEGUN);
            hand.end(null);
        }
    }

    @Test
    void anInterruptDoesNotOutliveItsTask() {
        Claim claim = claim(1);
        hand.add(List.of(claim, claim(2)));
        hand.begin(claim, claim, OPERATION);
        assertThat(hand.interrupt(2, 1)).isNull();
        assertThat(hand.interrupt(1, 1)).isNotNull();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        hand.end(outcome(1));
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(hand.interrupt(1, 1)).isNull();
    }

    @Test
    void whatIsGivenBackIsNotBegunAndStaysDroppableUntilItHasLeft() {
        Claim claim = claim(1);
        hand.add(List.of(claim));
        List<Claim> taken = hand.takeUnbegun();
        assertThat(hand.begin(claim, claim, OPERATION)).isNull();
        assertThat(hand.drop(1, 1)).isEqualTo(Hand.Dropped.DROPPED);
        hand.left(taken);
        assertThat(hand.drop(1, 1)).isEqualTo(Hand.Dropped.GONE);
    }

    @Test
    void aClosedHandBeginsNothing() {
        Claim claim = claim(1);
        hand.add(List.of(claim));
        hand.close();
        assertThat(hand.next()).isNull();
        assertThat(hand.begin(claim, claim, OPERATION)).isNull();
        assertThat(hand.takeUnbegun()).containsExactly(claim);
    }

    @Test
    void afterTheOneThatIsToEndNothingBegins() {
        Claim claim = claim(1);
        Claim next = claim(2);
        hand.add(List.of(claim, next));
        assertThat(hand.end(2, 2)).isEqualTo(Hand.Dropped.GONE);
        hand.begin(claim, claim, OPERATION);
        assertThat(hand.end(1, 1)).isEqualTo(Hand.Dropped.BEGUN);
        hand.end(outcome(1));
        assertThat(hand.next()).isNull();
        assertThat(hand.begin(next, next, OPERATION)).isNull();
    }

    @Test
    void outcomesAreKeptUntilTheirSettlingIsAnswered() {
        for (int i = 1; i <= 3; i++) {
            Claim claim = claim(i);
            hand.add(List.of(claim));
            hand.begin(claim, claim, OPERATION);
            hand.end(outcome(i));
        }
        assertThat(hand.takeFinished(1)).extracting(Outcome::id).containsExactly(1L);
        assertThat(hand.known()).containsExactlyInAnyOrder(1L, 2L, 3L);
        hand.settled(List.of(outcome(1)));
        assertThat(hand.takeFinished(1_000_000)).extracting(Outcome::id).containsExactly(1L, 2L, 3L);
        hand.settled(List.of());
        assertThat(hand.known()).isEmpty();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static Claim claim(long id) {
        return new Claim(id, 1, Place.FIRST, null, null, null, false);
    }

    private static Outcome outcome(long id) {
        return new Outcome(id, 1, true, null, null, null, null, 0, 0, 0, 0, -1);
    }
}
