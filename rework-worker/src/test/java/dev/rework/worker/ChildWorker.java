package dev.rework.worker;

import dev.rework.embedded.Eventually;
import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import dev.rework.internal.HandCell;
import dev.rework.internal.LinePayload;
import dev.rework.internal.WorkerLaunch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A real worker process, with a test in the place of its monitor. */
final class ChildWorker implements AutoCloseable {
    private final WorkerLaunch launch;
    private final Process process;
    private final OutputStream input;
    private final Thread reader;
    private final List<Frame> frames = new ArrayList<>();
    private final ByteArrayOutputStream unframed = new ByteArrayOutputStream();
    private final StringBuilder half = new StringBuilder();
    private final List<String> lines = new ArrayList<>();
    private volatile boolean answersSync = true;

    private ChildWorker(WorkerLaunch launch, Process process) {
        this.launch = launch;
        this.process = process;
        this.input = process.getOutputStream();
        this.reader = new Thread(this::read, "child-reader");
        reader.setDaemon(true);
    }

    static ChildWorker start(WorkerLaunch launch, List<String> options) {
        return start(launch, options, "");
    }

    /** One with a folder of the user's on its class path. */
    static ChildWorker start(WorkerLaunch launch, List<String> options, String users) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-UsePerfData",
                "-Xmx256m"));
        command.addAll(options);
        command.addAll(List.of("-cp", users + System.getProperty("java.class.path"), WorkerMain.class.getName()));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            ChildWorker worker = new ChildWorker(launch, process);
            launch.write(worker.input);
            worker.input.flush();
            worker.reader.start();
            return worker;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From now on, SYNC is not answered. */
    void ignoreSync() {
        answersSync = false;
    }

    long id() {
        return launch.worker();
    }

    long pid() {
        return process.pid();
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Says something to it. */
    void say(Control control) {
        synchronized (input) {
            try {
                input.write((control.line() + "\n").getBytes(StandardCharsets.UTF_8));
                input.flush();
            } catch (IOException e) {
                // It is gone; the test sees that by its exit.
            }
        }
    }

    /** Goes away, as a monitor that is killed. */
    void orphan() throws IOException {
        synchronized (input) {
            input.close();
        }
    }

    private void read() {
        byte[] nonce = launch.nonce().getBytes(StandardCharsets.US_ASCII);
        byte[] buffer = new byte[1 << 16];
        int size = 0;
        try (InputStream output = process.getInputStream()) {
            for (int n = output.read(buffer, size, buffer.length - size);
                    n >= 0;
                    n = output.read(buffer, size, buffer.length - size)) {
                size += n;
                int used = 0;
                while (used < size) {
                    Frame.Parsed parsed = Frame.parse(buffer, used, size, nonce);
                    if (parsed.size() < 0) {
                        break;
                    }
                    if (parsed.frame() != null) {
                        take(parsed.frame());
                        used += parsed.size();
                    } else {
                        synchronized (this) {
                            unframed.write(buffer[used++]);
                        }
                    }
                }
                System.arraycopy(buffer, used, buffer, 0, size - used);
                size -= used;
            }
        } catch (IOException e) {
            // The end, as well.
        }
    }

    private void take(Frame frame) {
        synchronized (this) {
            if (frame.type() == Frame.Type.LINE) {
                LinePayload line = LinePayload.of(frame);
                half.append(new String(line.text(), StandardCharsets.UTF_8));
                if (!line.continues()) {
                    lines.add(line.stream().stored() + ":" + line.logger() + ":" + line.level() + ":" + half);
                    half.setLength(0);
                }
            } else {
                frames.add(frame);
            }
        }
        if (frame.type() == Frame.Type.SYNC && answersSync) {
            say(new Control.Synced(Long.parseLong(frame.text())));
        }
    }

    /** Whole lines so far: {@code stream:logger:level:text}. */
    synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /** Texts of whole lines of standard output. */
    List<String> printed() {
        return lines().stream()
                .filter(line -> line.startsWith("stdout::INFO:"))
                .map(line -> line.substring("stdout::INFO:".length()))
                .toList();
    }

    synchronized String unframed() {
        return unframed.toString(StandardCharsets.UTF_8);
    }

    synchronized List<Frame> frames() {
        return List.copyOf(frames);
    }

    /** Frames of a type so far, as text. */
    List<String> texts(Frame.Type type) {
        return frames().stream()
                .filter(frame -> frame.type() == type)
                .map(Frame::text)
                .toList();
    }

    /** Waits for a frame. */
    String await(Frame.Type type, Predicate<String> fits) {
        return Eventually.value(
                type + " of worker " + id(),
                Eventually.PATIENCE,
                () -> texts(type).stream().filter(fits).findFirst().orElse("none in " + seen()),
                text -> !text.startsWith("none in ") && fits.test(text));
    }

    private String seen() {
        return frames().stream().map(frame -> frame.type() + " " + frame.text()).toList() + unframed();
    }

    /** Waits for its end. */
    int exit() {
        try {
            if (!process.waitFor(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("the worker does not end: " + seen());
            }
            reader.join(TimeUnit.SECONDS.toMillis(10));
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What its hand cell says. */
    List<HandCell.Begun> begun() throws IOException {
        return HandCell.read(Path.of(launch.hand()));
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.toHandle().destroyForcibly();
        exit();
    }

    @Override
    public String toString() {
        return Arrays.toString(frames().toArray()) + lines() + unframed();
    }
}
