package dev.rework.worker;

import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How large this worker is, with the processes that came from it, against how large it may be after a task. */
final class Size {
    private static final long SHRINK_NANOS = 3_000_000_000L;
    private static final int SELDOM = 20;
    private static final long SELDOM_NANOS = 5_000_000_000L;

    private final int most;
    private final Signals signals;
    private final LongSupplier clock;
    private final IntSupplier offspring;
    private int offspringMb;
    private long nextLook;
    private boolean unseen;

    /** With at most so many MiB; 0 = any number. */
    Size(int most, Signals signals) {
        this(most, signals, System::nanoTime, OwnProcess::offspringMb);
    }

    Size(int most, Signals signals, LongSupplier clock, IntSupplier offspring) {
        this.most = most;
        this.signals = signals;
        this.clock = clock;
        this.offspring = offspring;
        this.nextLook = clock.getAsLong();
    }

    /** Whether it is too large now. */
    boolean isTooLarge() {
        return most > 0 && megabytes() > most;
    }

    /**
     * Resident memory says little before a collection, and some collectors give memory back late.
     *
     * @return null when it is small enough after one, else the sentence that says how large it is
     */
    @Nullable
    String afterCollection() {
        System.gc();
        long end = clock.getAsLong() + SHRINK_NANOS;
        while (isTooLarge()) {
            if (clock.getAsLong() - end > 0) {
                return "uses " + megabytes() + " MiB, more than " + most + " (maxmem)";
            }
            signals.rest(100);
        }
        return null;
    }

    /** How long the loop may wait for a wake-up: not past the look that the last task did not get. */
    long patienceMillis(long otherwise) {
        return unseen ? Math.min(otherwise, Math.max(0, nextLook - clock.getAsLong()) / 1_000_000 + 1) : otherwise;
    }

    /** Between two of a thousand quick tasks a look at all processes would cost more than the tasks. */
    private int megabytes() {
        long now = clock.getAsLong();
        unseen = now - nextLook < 0;
        if (!unseen) {
            offspringMb = offspring.getAsInt();
            long after = clock.getAsLong();
            nextLook = after + Math.min(SELDOM_NANOS, SELDOM * (after - now));
        }
        return OwnProcess.residentMb() + offspringMb;
    }
}
