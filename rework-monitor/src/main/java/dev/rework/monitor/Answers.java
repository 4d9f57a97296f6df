package dev.rework.monitor;

import dev.rework.internal.Frame;
import dev.rework.internal.HandCell.Begun;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What a worker was asked and has not answered yet. Threads may share it. */
final class Answers {

    private final Map<Begun, CompletableFuture<Frame.Type>> drops = new ConcurrentHashMap<>();
    private final Map<Long, CompletableFuture<String>> dumps = new ConcurrentHashMap<>();
    private final Map<Long, StringBuilder> pieces = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    /** The answer to a DROP to be sent: DROPPED, BEGUN or GONE. */
    CompletableFuture<Frame.Type> drop(Begun claim) {
        return drops.computeIfAbsent(claim, key -> new CompletableFuture<>());
    }

    /** Comes once RELEASED does. */
    CompletableFuture<Void> released() {
        return released;
    }

    /** A number for a dump, whose {@link #dump} comes. */
    long nextDump() {
        long number = numbers.incrementAndGet();
        dumps.put(number, new CompletableFuture<>());
        return number;
    }

    /** The dump of a number from {@link #nextDump}. */
    CompletableFuture<String> dump(long number) {
        return dumps.getOrDefault(number, new CompletableFuture<>());
    }

    /** One that will not come. */
    void noDump(long number) {
        dumps.remove(number);
    }

    /** Takes a frame, if it is an answer. */
    void take(Frame frame) {
        switch (frame.type()) {
            case DROPPED, BEGUN, GONE -> {
                String[] fields = frame.fields();
                Begun claim = new Begun(Long.parseLong(fields[0]), Integer.parseInt(fields[1]));
                CompletableFuture<Frame.Type> asked = drops.remove(claim);
                if (asked != null) {
                    asked.complete(frame.type());
                }
            }
            case RELEASED -> released.complete(null);
            case DUMP -> {
                String[] fields = frame.text().split("\t", 3);
                long number = Long.parseLong(fields[0]);
                StringBuilder text = pieces.computeIfAbsent(number, key -> new StringBuilder());
                text.append(fields[2]);
                if (fields[1].equals("1")) {
                    pieces.remove(number);
                    CompletableFuture<String> asked = dumps.remove(number);
                    if (asked != null) {
                        asked.complete(text.toString());
                    }
                }
            }
            default -> {
                // Not an answer.
            }
        }
    }
}
