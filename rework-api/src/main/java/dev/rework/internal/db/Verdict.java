package dev.rework.internal.db;

/** What became of an outcome that did not count. */
public enum Verdict {
    /** It had counted before: an answer was lost. */
    SETTLED,
    /** The task is still ours, its state changed meanwhile: settle again. */
    HELD,
    /** Somebody else decided. */
    FENCED
}
