package dev.rework.internal;

/**
 * What a monitor tells a worker through its standard input after the {@link WorkerLaunch}: one line each, UTF-8. The end
 * of the stream says that the monitor is gone.
 */
public sealed interface Control {

    /** There may be work: look now. */
    record Wake() implements Control {}

    /** The monitor's lease in the database was renewed a moment ago; it covers this worker. */
    record Lease() implements Control {}

    /** Do not begin this claim; answer DROPPED, BEGUN or GONE. */
    record Drop(long task, int attempt) implements Control {}

    /**
     * This attempt is killed in a moment, unless it never begins: {@link Drop}, and if it has begun, send a dump under this
     * number and {@link Release}. One line for what would be three, since somebody waits.
     *
     * @param quick whether the dump should rather come at once than say all
     */
    record End(long task, int attempt, long dump, boolean quick) implements Control {}

    /** Interrupt this attempt and cancel its statements, if it is the one in hand. The kill follows after the grace. */
    record Interrupt(long task, int attempt) implements Control {}

    /** This process is killed in a moment: settle what has ended, give back what has not begun, answer RELEASED. */
    record Release() implements Control {}

    /** Take no more work; end when the task in hand, if any, has ended. The reason goes into the worker's row. */
    record Stop(String reason) implements Control {}

    /** Registrations changed: read the index again before the next claim, or end politely if the class path changed. */
    record Reload() implements Control {}

    /** Send a thread dump under this number. */
    record Dump(long number) implements Control {}

    /** Lines up to the SYNC of this number are stored. */
    record Synced(long number) implements Control {}

    /** The process tree of this attempt was seen to take so much resident memory. */
    record Peak(long task, int attempt, int megabytes) implements Control {}

    /** The line that says it, without its end. */
    default String line() {
        if (this instanceof Drop drop) {
            return "drop " + drop.task + " " + drop.attempt;
        } else if (this instanceof End end) {
            return "end " + end.task + " " + end.attempt + " " + end.dump + (end.quick ? " quick" : "");
        } else if (this instanceof Interrupt interrupt) {
            return "interrupt " + interrupt.task + " " + interrupt.attempt;
        } else if (this instanceof Stop stop) {
            return "stop " + stop.reason.replaceAll("\\p{Cntrl}", " ");
        } else if (this instanceof Dump dump) {
            return "dump " + dump.number;
        } else if (this instanceof Synced synced) {
            return "synced " + synced.number;
        } else if (this instanceof Peak peak) {
            return "peak " + peak.task + " " + peak.attempt + " " + peak.megabytes;
        }
        return getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * Reads a line back.
     *
     * @throws IllegalArgumentException on a line that is none
     */
    static Control parse(String line) {
        String[] words = line.split(" ", 5);
        return switch (words[0]) {
            case "wake" -> new Wake();
            case "lease" -> new Lease();
            case "drop" -> new Drop(Long.parseLong(words[1]), Integer.parseInt(words[2]));
            case "end" ->
                new End(
                        Long.parseLong(words[1]),
                        Integer.parseInt(words[2]),
                        Long.parseLong(words[3]),
                        words.length > 4);
            case "interrupt" -> new Interrupt(Long.parseLong(words[1]), Integer.parseInt(words[2]));
            case "release" -> new Release();
            case "stop" -> new Stop(line.substring(Math.min(line.length(), 5)));
            case "reload" -> new Reload();
            case "dump" -> new Dump(Long.parseLong(words[1]));
            case "synced" -> new Synced(Long.parseLong(words[1]));
            case "peak" -> new Peak(Long.parseLong(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
            default -> throw new IllegalArgumentException("unknown control line: " + line);
        };
    }
}
