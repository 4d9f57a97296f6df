package dev.rework.worker;

import org.jspecify.annotations.Nullable;

/**
 * The way from the logging frameworks to the pipe. They are set up by properties that take effect when the first of them is
 * used: a task that does not log loads none of them.
 */
final class LogBridge {
    private static final String PROVIDER = "slf4j.provider";
    private static final String VERBOSITY = "slf4j.internal.verbosity";
    private static final String JUL = "java.util.logging.config.class";
    private static final String JUL_FILE = "java.util.logging.config.file";

    private static volatile @Nullable Pipe pipe;

    private LogBridge() {}

    /** Where lines go. */
    static void pipe(Pipe to) {
        pipe = to;
    }

    /** Lets the frameworks find us, unless the user's options say otherwise. */
    static void announce() {
        if (System.getProperty(PROVIDER) == null) {
            System.setProperty(PROVIDER, "dev.rework.worker.CapturingProvider");
        }
        if (System.getProperty(VERBOSITY) == null) {
            System.setProperty(VERBOSITY, "WARN");
        }
        if (System.getProperty(JUL) == null && System.getProperty(JUL_FILE) == null) {
            System.setProperty(JUL, "dev.rework.worker.JulSetup");
        }
    }

    /** Sends a log record. */
    static void send(String logger, String level, String text) {
        Pipe to = pipe;
        if (to != null) {
            LineStream.log(to, logger, level, text);
        }
    }
}
