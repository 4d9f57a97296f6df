package dev.rework.testing.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sees, independently of the database, what runs when: while a task's body runs it holds a lock on the byte of its id in
 * one file. The kernel frees that lock only when the process is really dead, stopped ones included, so a second execution at
 * the same time is caught whatever anybody believes. Each beginning and end is one appended line of the process's own file.
 */
public final class Witness {

    private final Path folder;

    private Witness(Path folder) {
        this.folder = folder;
    }

    /** The witness of this folder, made when it does not exist; all processes that share it must be on one machine. */
    public static Witness in(Path folder) throws IOException {
        Files.createDirectories(folder);
        return new Witness(folder);
    }

    /**
     * Says that an attempt of a task begins here; close what is returned when it ends.
     *
     * @throws IOException when the folder cannot be written
     */
    public Running begin(long task, int attempt) throws IOException {
        FileChannel locks = FileChannel.open(
                folder.resolve("locks"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        @Nullable FileLock lock;
        try {
            lock = locks.tryLock(task, 1, false);
        } catch (OverlappingFileLockException twiceInThisProcess) {
            lock = null;
        }
        note((lock == null ? "TWICE " : "begin ") + task + " " + attempt);
        return new Running(locks, task, attempt);
    }

    /** Everything noted so far by all processes; lines of one process are in its order. */
    public List<Note> notes() throws IOException {
        List<Note> notes = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".notes")).toList()) {
                for (String line : Files.readAllLines(file)) {
                    String[] words = line.split(" ");
                    if (words.length == 3) {
                        notes.add(new Note(words[0], Long.parseLong(words[1]), Integer.parseInt(words[2])));
                    }
                }
            }
        }
        return notes;
    }

    private void note(String line) throws IOException {
        Path own = folder.resolve(ProcessHandle.current().pid() + ".notes");
        try (FileChannel channel =
                FileChannel.open(own, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /**
     * A line.
     *
     * @param what {@code begin}, {@code end}, or {@code TWICE} when it began while another execution still ran
     */
    public record Note(String what, long task, int attempt) {}

    /** An execution under way. */
    public final class Running implements AutoCloseable {
        private final FileChannel locks;
        private final long task;
        private final int attempt;

        private Running(FileChannel locks, long task, int attempt) {
            this.locks = locks;
            this.task = task;
            this.attempt = attempt;
        }

        /** Notes the end, then frees the lock. */
        @Override
        public void close() throws IOException {
            note("end " + task + " " + attempt);
            locks.close();
        }
    }
}
