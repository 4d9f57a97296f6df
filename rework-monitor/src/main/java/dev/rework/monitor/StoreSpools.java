package dev.rework.monitor;

import dev.rework.internal.Frame;
import dev.rework.internal.HandCell;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.LogCopy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The duty that stores what workers of dead monitors wrote while nobody listened: they kept it in a file. Looks into the
 * folder now and then; takes only what a dead worker of this database, host and domain left.
 */
final class StoreSpools implements Duty {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String PREFIX = "worker-";

    private final MonitorContext context;
    private final Path folder;
    private final Set<Path> running = ConcurrentHashMap.newKeySet();
    private long ranAt = System.nanoTime() - EVERY_NANOS;

    StoreSpools(MonitorContext context, Path folder) {
        this.context = context;
        this.folder = folder;
    }

    @Override
    public void run() throws IOException {
        if (System.nanoTime() - ranAt < EVERY_NANOS) {
            return;
        }
        ranAt = System.nanoTime();
        try (DirectoryStream<Path> spools = Files.newDirectoryStream(folder, PREFIX + "*.hand.spool")) {
            for (Path spool : spools) {
                String name = spool.getFileName().toString();
                UUID tag = UUID.fromString(name.substring(PREFIX.length(), name.indexOf(".hand.spool")));
                MonitorOptions options = context.options();
                boolean ours = context.stores().workers().isDead(tag, options.host(), options.domain());
                if (ours && running.add(spool)) {
                    context.acts().execute(() -> store(spool));
                }
            }
        }
    }

    private void store(Path spool) {
        Path cell = spool.resolveSibling(spool.getFileName().toString().replace(".spool", ""));
        try (InputStream file = Files.newInputStream(spool)) {
            String nonce = nonce(file);
            List<Begun> begun = HandCell.read(cell);
            if (nonce.length() == 8 && !begun.isEmpty()) {
                WorkerOutput output = new WorkerOutput(
                        nonce.getBytes(StandardCharsets.US_ASCII),
                        LogCap.Limits.DEFAULT,
                        SecretKeys.of(System.getenv(), context.options().home()),
                        new LinesOnly(context));
                // An orphan begins nothing: what was in its hands then is what it began last.
                output.resume(begun.get(begun.size() - 1));
                byte[] bytes = new byte[64 * 1024];
                for (int length = file.read(bytes); length >= 0; length = file.read(bytes)) {
                    output.feed(bytes, length);
                }
                output.end();
            }
            context.log().then(() -> delete(spool, cell));
        } catch (IOException e) {
            context.listener().details("what an orphan wrote is not stored: " + e);
            running.remove(spool);
        }
    }

    private void delete(Path spool, Path cell) {
        try {
            Files.deleteIfExists(spool);
            Files.deleteIfExists(cell);
            running.remove(spool);
        } catch (IOException e) {
            context.listener().details(e.toString());
        }
    }

    private static String nonce(InputStream file) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = file.read(); b >= 0 && b != '\n' && line.size() < 100; b = file.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    /** Lines count; whom the rest was meant for is dead. */
    private record LinesOnly(MonitorContext context) implements WorkerOutput.Ears {
        @Override
        public void line(LogCopy.Line line) {
            context.log().put(line);
        }

        @Override
        public void aside(String text) {
            context.listener().details(text);
        }

        @Override
        public void sync(long number) {}

        @Override
        public void frame(Frame frame) {}
    }
}
