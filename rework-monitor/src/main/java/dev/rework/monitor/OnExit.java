package dev.rework.monitor;

import java.util.Locale;

/** What becomes of busy workers when their monitor ends and its grace is over. */
public enum OnExit {
    /** They are killed; their tasks are aborted. */
    KILL,
    /** They finish alone; the next monitor finds them. */
    LEAVE;

    /** As options are written: {@code kill}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
