package dev.rework;

/**
 * Gives workers the objects whose methods are operations; this is how a container plugs in. Found by
 * {@link java.util.ServiceLoader} on the user's classpath; without one, the public no-argument constructor is called.
 * A worker asks once per class, from its main thread.
 */
public interface Instances {
    /** The instance on which the operations of {@code type} are called in this worker. */
    <T> T get(Class<T> type);

    /** The worker ends: let go of what was opened. */
    void close();
}
