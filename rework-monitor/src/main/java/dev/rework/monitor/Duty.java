package dev.rework.monitor;

/** One of the things a monitor does again and again. Decides itself whether its turn has come; must not block for long. */
interface Duty {
    /** Does it, if its turn has come. What it throws is reported, and the other duties go on. */
    void run() throws Exception;

    /** Whether it is left out while the database is out of reach. */
    default boolean needsDatabase() {
        return true;
    }
}
