package dev.rework.monitor;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * What a monitor asks the database before it begins. Nobody who mistyped an address should wait: who is not there is told at
 * once. But a server that was heard and restarts, or ends a connection, is asked again for a while.
 */
final class FirstWords {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final long end = System.nanoTime() + PATIENCE_NANOS;
    private boolean heard;
    private boolean again;

    /** Asks until there is an answer. */
    <T> T ask(Supplier<T> question) {
        while (true) {
            try {
                T answer = question.get();
                heard = true;
                return answer;
            } catch (RuntimeException e) {
                heard |= Outage.isHeard(e);
                boolean worthIt = heard && Outage.is(e) && System.nanoTime() - end < 0;
                if (!worthIt || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                again = true;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Whether something was asked more than once: what was done then may have been done before, without an answer. */
    boolean isAgain() {
        return again;
    }
}
