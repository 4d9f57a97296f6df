package dev.rework;

/** A database address, or a place that should hold one, cannot be read. The message never holds a password. */
public final class InvalidAddress extends ReworkException {
    /** Says what is wrong, without secrets. */
    public InvalidAddress(String message) {
        super(message);
    }
}
