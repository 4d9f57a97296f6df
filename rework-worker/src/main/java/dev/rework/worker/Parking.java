package dev.rework.worker;

import dev.rework.internal.Frame;
import dev.rework.internal.JoinListener;
import dev.rework.internal.db.Claim;
import java.sql.SQLException;

/** A task that waits for another: says so, and first lets go of every claim it might wait for. Threads may share it. */
final class Parking implements JoinListener {
    private final Worker worker;
    private final Claim claim;
    private int waiting;

    Parking(Worker worker, Claim claim) {
        this.worker = worker;
        this.claim = claim;
    }

    @Override
    public synchronized void parked(long awaited) {
        if (waiting++ == 0) {
            letGo();
            worker.pipe().send(Frame.Type.PARKED, claim.id(), claim.attempt());
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
        if (--waiting == 0) {
            worker.pipe().send(Frame.Type.UNPARKED, claim.id(), claim.attempt());
        }
    }
}
