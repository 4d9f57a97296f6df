package dev.rework;

/**
 * There is no key to encrypt a {@link Secret} with, or not the one it was encrypted with. No task was made; in a worker, the
 * task fails.
 */
public final class SecretKeyMissing extends ReworkException {
    /** Says what for, and where a key is looked for. */
    public SecretKeyMissing(String message) {
        super(message);
    }
}
