package dev.rework.testing.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** What a storm does to its processes. */
enum StormFault {
    WORKER_KILLED("worker killed", 15),
    WORKER_STOPPED("worker stopped", 3),
    WORKER_STOPPED_LONG("worker stopped beyond its lease", 1),
    SESSION_CUT("session cut", 5),
    MONITOR_KILLED("monitor killed", 3),
    MONITOR_STOPPED_LONG("monitor stopped beyond its lease", 1),
    SERVER_RESTARTED("server restarted", 1),
    SERVER_KILLED("server killed", 1),
    /** Once, when half of the work is done. */
    FAILED_OVER("failover to the standby", 0);

    private final String words;
    private final int cards;

    StormFault(String words, int cards) {
        this.words = words;
        this.cards = cards;
    }

    /** As a report names it. */
    String words() {
        return words;
    }

    /** Whether it lasts beyond a lease. */
    boolean isLong() {
        return this == WORKER_STOPPED_LONG || this == MONITOR_STOPPED_LONG;
    }

    /**
     * All kinds, each as often as it has its share, in an order that the seed decides: dealt out, so that none is missing.
     *
     * @param all or only what hits workers and sessions
     */
    static Deque<StormFault> deck(SplittableRandom random, boolean all) {
        List<StormFault> deck = new ArrayList<>();
        for (StormFault fault : values()) {
            for (int i = 0; i < fault.cards && (all || fault.isOfWorkers()); i++) {
                deck.add(random.nextInt(deck.size() + 1), fault);
            }
        }
        return new ArrayDeque<>(deck);
    }

    private boolean isOfWorkers() {
        return switch (this) {
            case WORKER_KILLED, WORKER_STOPPED, WORKER_STOPPED_LONG, SESSION_CUT -> true;
            case MONITOR_KILLED, MONITOR_STOPPED_LONG, SERVER_RESTARTED, SERVER_KILLED, FAILED_OVER -> false;
        };
    }
}
