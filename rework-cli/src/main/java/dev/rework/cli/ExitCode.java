package dev.rework.cli;

/** What the command's exit code says. */
public enum ExitCode {
    /** Done. */
    DONE(0),
    /** The task failed or was aborted, the input was refused, or another error. */
    ERROR(1),
    /** A wrong command line, option, address, JSON or rule. */
    USAGE(2),
    /** The database is out of reach. */
    UNREACHABLE(3),
    /** The schema is missing, too old, too new or another's. */
    SCHEMA(4),
    /** No such operation, task, worker, plan or file. */
    UNKNOWN(5),
    /** What was waited for did not come in time. */
    TIMED_OUT(6);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    /** The number. */
    public int code() {
        return code;
    }
}
