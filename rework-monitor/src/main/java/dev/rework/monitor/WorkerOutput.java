package dev.rework.monitor;

import dev.rework.SecretKeyMissing;
import dev.rework.internal.Frame;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.LinePayload;
import dev.rework.internal.PlainText;
import dev.rework.internal.Redaction;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.LogCopy.Line;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What comes out of one worker, put in its place: lines belong to the task begun last, frames say which that is and what
 * the worker answers. Fed by one thread; {@link #hand}, {@link #lastBegun} and {@link #lastWords} may be asked by any.
 */
final class WorkerOutput implements FrameSplitter.Sink {

    private static final int WORDS = 16 * 1024;

    /** Where it all goes. */
    interface Ears {
        /** A line to store. May block while the database is slow. */
        void line(Line line);

        /** What is no line of a task: the JVM's own words. */
        void aside(String text);

        /** All lines before this are with {@link #line}; tell the worker when they are stored. */
        void sync(long number);

        /** Any other frame. {@link #hand} tells already what it changed. */
        void frame(Frame frame);
    }

    /** What texts that travel here are sealed for. */
    private static final String SECRET = "pipe";

    private final Ears ears;
    private final SecretKeys secrets;
    private final LogCap.Limits limits;
    private final FrameSplitter splitter;
    private final LineSplitter unframed = new LineSplitter(this::unframedLine);
    private final Map<LinePayload.Stream, ByteArrayOutputStream> pieces = new EnumMap<>(LinePayload.Stream.class);
    private final StringBuilder words = new StringBuilder();
    private String fatal = "";
    private @Nullable LogCap cap;
    private int level;
    private volatile Redaction redaction = Redaction.NONE;
    private volatile @Nullable Hand hand;
    private volatile @Nullable Begun lastBegun;

    WorkerOutput(byte[] nonce, LogCap.Limits limits, SecretKeys secrets, Ears ears) {
        this.ears = ears;
        this.secrets = secrets;
        this.limits = limits;
        this.splitter = new FrameSplitter(nonce, this);
    }

    /** What is in the worker's hands, as far as its output has been read; null when nothing is. */
    @Nullable
    Hand hand() {
        return hand;
    }

    /** The attempt begun last, ended or not. */
    @Nullable
    Begun lastBegun() {
        return lastBegun;
    }

    /** What it wrote outside frames last, at most 16 Ki characters, after what its JVM's error report begins with. */
    String lastWords() {
        synchronized (words) {
            return fatal + words;
        }
    }

    /** What follows belongs to an attempt whose beginning was read by somebody else. */
    synchronized void resume(Begun attempt) {
        begin(new Hand(attempt, 0, 0, System.nanoTime(), false, false));
    }

    /** Takes the next bytes. */
    synchronized void feed(byte[] bytes, int length) {
        splitter.feed(bytes, length);
    }

    /** Nothing came for a while: a prompt or a progress display without an end is shown. */
    synchronized void pause() {
        unframed.flush();
    }

    /** Nothing will come any more. */
    synchronized void end() {
        splitter.end();
        closeTask();
        hand = null;
    }

    @Override
    public void text(byte[] bytes, int from, int to) {
        unframed.feed(bytes, from, to);
    }

    @Override
    public void frame(Frame frame) {
        try {
            take(frame);
        } catch (RuntimeException e) {
            ears.aside("unreadable frame " + frame.type() + ": " + e);
        }
    }

    private void take(Frame frame) {
        switch (frame.type()) {
            case LINE -> framedLine(LinePayload.of(frame));
            case BEGIN -> {
                closeTask();
                begin(Hand.of(frame.fields()));
                ears.frame(frame);
            }
            case END -> {
                closeTask();
                hand = null;
                ears.frame(frame);
            }
            case PARKED, UNPARKED -> {
                park(frame.type() == Frame.Type.PARKED);
                ears.frame(frame);
            }
            case SECRET -> redact(frame.text());
            case LEVEL -> level = Math.max(0, LinePayload.LEVELS.indexOf(frame.text()));
            // What has ended has been let out by its END, or by the BEGIN after it.
            case SYNC -> ears.sync(Long.parseLong(frame.text()));
            case HELLO, DROPPED, BEGUN, GONE, RELEASED, DUMP, BYE -> ears.frame(frame);
        }
    }

    /** What cannot be opened here has been taken out of all but what children print, and holds nothing up. */
    private void redact(String sealed) {
        try {
            String text = secrets.ring().open(sealed, SECRET);
            if (text != null) {
                redaction = redaction.with(text);
            }
        } catch (SecretKeyMissing | IllegalArgumentException closed) {
            ears.aside("what children print is not looked through for secrets: " + closed.getMessage());
        }
    }

    private void begin(Hand next) {
        redaction = Redaction.NONE;
        hand = next;
        lastBegun = next.attempt();
        level = 0;
        cap = new LogCap(limits, ears::line);
    }

    private void park(boolean parked) {
        Hand now = hand;
        if (now != null) {
            hand = now.parked(parked);
        }
    }

    /** Lets out what the task begun last has not finished, and the end of what its cap held back. */
    private void closeTask() {
        unframed.flush();
        for (LinePayload.Stream stream : LinePayload.Stream.values()) {
            ByteArrayOutputStream rest = pieces.remove(stream);
            if (rest != null) {
                store(System.currentTimeMillis(), stream, 2, "", rest.toString(StandardCharsets.UTF_8));
            }
        }
        if (cap != null) {
            cap.flush();
        }
    }

    private void framedLine(LinePayload line) {
        ByteArrayOutputStream before = pieces.get(line.stream());
        if (before == null && !line.continues()) {
            String text = new String(line.text(), StandardCharsets.UTF_8);
            store(line.millis(), line.stream(), LinePayload.LEVELS.indexOf(line.level()), line.logger(), text);
            return;
        }
        ByteArrayOutputStream joined = before == null ? new ByteArrayOutputStream() : before;
        joined.writeBytes(line.text());
        if (line.continues() && joined.size() < LineSplitter.MAX) {
            pieces.put(line.stream(), joined);
            return;
        }
        pieces.remove(line.stream());
        String text = joined.toString(StandardCharsets.UTF_8);
        store(line.millis(), line.stream(), LinePayload.LEVELS.indexOf(line.level()), line.logger(), text);
    }

    private void unframedLine(String printed) {
        String text = redaction.apply(printed);
        synchronized (words) {
            // The report is longer than what is kept.
            if (text.startsWith("#") && ExitVerdict.isFatal(text)) {
                fatal = text + "\n";
            }
            words.append(text).append('\n');
            if (words.length() > WORDS) {
                words.delete(0, words.length() - WORDS);
            }
        }
        store(System.currentTimeMillis(), LinePayload.Stream.STDOUT, 2, "", text);
    }

    private void store(long millis, LinePayload.Stream stream, int lineLevel, String logger, String given) {
        String text = redaction.apply(given);
        Begun task = lastBegun;
        if (task == null || cap == null) {
            ears.aside(text);
        } else if (lineLevel >= level) {
            String name = LinePayload.LEVELS.get(Math.max(0, lineLevel));
            cap.accept(new Line(
                    task.task(),
                    task.attempt(),
                    millis,
                    stream.stored(),
                    name,
                    PlainText.clean(logger),
                    PlainText.clean(text)));
        }
    }

    /**
     * The attempt in a worker's hands.
     *
     * @param timeoutMillis 0 for none
     * @param sinceNanos when its beginning was read
     * @param isLast whether it is the last that the worker may run
     * @param isParked whether it waits for another task
     */
    record Hand(
            Begun attempt, long timeoutMillis, long graceMillis, long sinceNanos, boolean isLast, boolean isParked) {
        static Hand of(String[] fields) {
            return new Hand(
                    new Begun(Long.parseLong(fields[0]), Integer.parseInt(fields[1])),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    System.nanoTime(),
                    fields.length > 4,
                    false);
        }

        Hand parked(boolean now) {
            return new Hand(attempt, timeoutMillis, graceMillis, sinceNanos, isLast, now);
        }
    }
}
