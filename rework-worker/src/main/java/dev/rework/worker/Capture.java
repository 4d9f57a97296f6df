package dev.rework.worker;

import dev.rework.internal.LinePayload.Stream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Everything this process prints through {@code System.out} and {@code System.err}, and its logging, as frames. */
final class Capture {
    private final LineStream out;
    private final LineStream err;
    private final PrintStream printOut;
    private final PrintStream printErr;

    Capture(Pipe pipe) {
        out = new LineStream(pipe, Stream.STDOUT, "INFO");
        err = new LineStream(pipe, Stream.STDERR, "WARNING");
        printOut = new Unclosable(out);
        printErr = new Unclosable(err);
        LogBridge.pipe(pipe);
    }

    /** Takes the place of the standard streams, or takes it back from whoever took it. */
    void install() {
        if (System.out != printOut) {
            System.setOut(printOut);
        }
        if (System.err != printErr) {
            System.setErr(printErr);
        }
    }

    /** Sends what was printed without a line end so far. */
    void flush() {
        out.flush();
        err.flush();
    }

    /** Ends unfinished lines: the task that printed them has ended. */
    void endLines() {
        out.endLine();
        err.endLine();
    }

    /** A task that closes {@code System.out} must not silence the tasks after it. */
    private static final class Unclosable extends PrintStream {
        Unclosable(LineStream stream) {
            super(stream, false, StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            flush();
        }
    }
}
