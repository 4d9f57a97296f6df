package dev.rework.worker;

import org.jspecify.annotations.Nullable;

/** How large this worker is, with the processes that came from it, against how large it may be after a task. */
final class Size {
    private static final long SHRINK_NANOS = 3_000_000_000L;
    private static final int SELDOM = 20;

    private final int most;
    private final Signals signals;
    private int offspringMb;
    private long lookedAt;
    private long lookTook;

    /** With at most so many MiB; 0 = any number. */
    Size(int most, Signals signals) {
        this.most = most;
        this.signals = signals;
        this.lookedAt = System.nanoTime();
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
        long end = System.nanoTime() + SHRINK_NANOS;
        while (isTooLarge()) {
            if (System.nanoTime() - end > 0) {
                return "uses " + megabytes() + " MiB, more than " + most + " (maxmem)";
            }
            signals.rest(100);
        }
        return null;
    }

    /** Between two of a thousand quick tasks a look at all processes would cost more than the tasks. */
    private int megabytes() {
        long now = System.nanoTime();
        if (now - lookedAt >= SELDOM * lookTook) {
            offspringMb = OwnProcess.offspringMb();
            lookedAt = System.nanoTime();
            lookTook = lookedAt - now;
        }
        return OwnProcess.residentMb() + offspringMb;
    }
}
