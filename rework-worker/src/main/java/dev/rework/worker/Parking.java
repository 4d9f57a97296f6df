package dev.rework.worker;

import dev.rework.JoinRefused;
import dev.rework.internal.Frame;
import dev.rework.internal.JoinListener;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Waits;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A task that waits for others: says so, and first lets go of every claim it might wait for. One that would wait for ever is
 * refused; where an outage hides that, it is found out later. Threads may share it.
 */
final class Parking implements JoinListener {
    private final Worker worker;
    private final Claim claim;
    private final PendingFutures futures;
    private final List<Long> waits = new ArrayList<>();
    private boolean said;

    Parking(Worker worker, Hand.Running running) {
        this.worker = worker;
        this.claim = running.claim();
        this.futures = new PendingFutures(this, running.thread());
    }

    @Override
    public void given(long awaited, CompletableFuture<?> arrival) {
        futures.add(awaited, arrival);
    }

    /** The operation has returned. */
    void close() {
        futures.close();
    }

    @Override
    public synchronized void parked(long awaited) {
        if (waits.isEmpty()) {
            letGo();
            worker.pipe().send(Frame.Type.PARKED, claim.id(), claim.attempt());
        }
        waits.add(awaited);
        said = false;
        String refusal = refusal(awaited);
        if (refusal != null) {
            unparked(awaited);
            throw new JoinRefused(claim.id(), awaited, refusal);
        }
    }

    @Override
    public synchronized void stillParked(long awaited) {
        String refusal = refusal(awaited);
        if (refusal != null) {
            throw new JoinRefused(claim.id(), awaited, refusal);
        }
    }

    private @Nullable String refusal(long awaited) {
        try {
            say();
            return worker.session()
                    .once((connection, queue) -> Optional.ofNullable(
                            Waits.refusal(connection, worker.launch().worker(), claim.id(), awaited)))
                    .orElse(null);
        } catch (SQLException e) {
            return null;
        }
    }

    private void say() throws SQLException {
        if (!said) {
            worker.session().once((connection, queue) -> {
                Waits.say(connection, worker.launch().worker(), claim.id(), waits);
                return true;
            });
            said = true;
        }
    }

    private void letGo() {
        try {
            worker.settlement().turn(null);
            worker.settlement().giveBack();
        } catch (SQLException e) {
            // An outage: what is still ours is given back by the settler, which tries again.
            worker.settler().look();
        }
    }

    @Override
    public synchronized void unparked(long awaited) {
        waits.remove(awaited);
        said = false;
        if (waits.isEmpty()) {
            worker.pipe().send(Frame.Type.UNPARKED, claim.id(), claim.attempt());
        }
        try {
            say();
        } catch (SQLException e) {
            // An outage: said with the next wait; of a task that has ended it does not count.
            return;
        }
    }
}
