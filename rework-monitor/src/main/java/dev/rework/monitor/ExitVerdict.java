package dev.rework.monitor;

import dev.rework.Cause;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a worker ended that nobody had asked to.
 *
 * @param cause crash, memory or lost
 * @param reason one sentence for the task in hand
 */
record ExitVerdict(Cause cause, String reason) {

    private static final String OUT_OF_MEMORY = "Terminating due to java.lang.OutOfMemoryError";
    // How a worker halts whose task another host may run again by now; also its WorkerMain says so.
    private static final int UNTRUSTED = 71;
    private static final Pattern FATAL = Pattern.compile("(?m)^#\\s+(SIG[A-Z]+|Internal Error) \\(");
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"),
            Map.entry(2, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(14, "SIGALRM"),
            Map.entry(15, "SIGTERM"),
            Map.entry(24, "SIGXCPU"),
            Map.entry(25, "SIGXFSZ"),
            Map.entry(31, "SIGSYS"));

    /** For a process whose exit code nobody learnt. */
    static final ExitVerdict UNKNOWN = new ExitVerdict(Cause.CRASH, "the worker was gone");

    /**
     * Judges an exit.
     *
     * @param lastWords what it and its JVM printed last outside frames
     * @param distrusted whether it said that it may not be believed any more
     */
    static ExitVerdict of(int exit, String lastWords, boolean distrusted) {
        if (exit == 3 && lastWords.contains(OUT_OF_MEMORY)) {
            int from = lastWords.lastIndexOf(OUT_OF_MEMORY) + "Terminating due to ".length();
            String what = lastWords.substring(from).lines().findFirst().orElse("java.lang.OutOfMemoryError");
            return new ExitVerdict(Cause.MEMORY, what.strip() + " (exit code 3)");
        }
        Matcher fatal = FATAL.matcher(lastWords);
        // Without a core dump the JVM ends with 1 after its report, else with 134.
        if ((exit == 134 || exit == 1) && fatal.find()) {
            return new ExitVerdict(Cause.CRASH, "killed by " + fatal.group(1) + " (exit code " + exit + ")");
        }
        // A task may end its process with the same code.
        if (exit == UNTRUSTED && distrusted) {
            return new ExitVerdict(Cause.LOST, "its lease could not be renewed in time (exit code 71)");
        }
        String signal = SIGNALS.get(exit - 128);
        if (signal != null) {
            return new ExitVerdict(Cause.CRASH, "killed by " + signal + " (exit code " + exit + ")");
        }
        return new ExitVerdict(Cause.CRASH, "exit code " + exit);
    }

    /** Whether a line of a JVM's error report says what happened. */
    static boolean isFatal(String line) {
        return FATAL.matcher(line).find();
    }

    /** The sentence for the worker's row, as the ancestor begins it. */
    String deathinfo() {
        return "Unaccounted death (hard crash): " + reason;
    }
}
