package dev.rework.monitor;

import dev.rework.internal.Control;
import dev.rework.internal.RegistrationIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The duty that notices a new registration on this host, and tells the workers; and a jar that was overwritten and not
 * registered again, and tells people. Costs a look at a few files.
 */
final class ReloadRegistrations implements Duty {

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private final Path index;
    private final Map<Path, String> jars = new LinkedHashMap<>();
    private String stamp;
    private boolean known;

    ReloadRegistrations(MonitorContext context, WorkerPool pool, LookAround look, Path index) {
        this.context = context;
        this.pool = pool;
        this.look = look;
        this.index = index;
        this.stamp = RegistrationIndex.stamp(index);
    }

    @Override
    public void run() {
        if (look.seen() == null) {
            return;
        }
        String now = RegistrationIndex.stamp(index);
        if (!now.equals(stamp)) {
            stamp = now;
            known = false;
            pool.all().forEach(worker -> worker.send(new Control.Reload()));
            context.bell().look();
        }
        if (!known) {
            known = true;
            jars.clear();
            RegistrationIndex.read(index).sections().stream()
                    .map(section -> section.source().code())
                    .filter(Files::isRegularFile)
                    .forEach(jar -> jars.put(jar, stampOf(jar)));
        }
        jars.replaceAll(this::lookAt);
    }

    private String lookAt(Path jar, String before) {
        String after = stampOf(jar);
        if (!after.equals(before)) {
            context.listener()
                    .says(jar + (after.isEmpty() ? " is gone" : " has changed")
                            + " since it was registered; workers may fail to load classes from it: register it again with"
                            + " rework register-operations " + jar);
        }
        return after;
    }

    private static String stampOf(Path jar) {
        try {
            BasicFileAttributes now = Files.readAttributes(jar, BasicFileAttributes.class);
            return now.lastModifiedTime() + " " + now.size() + " " + now.fileKey();
        } catch (IOException gone) {
            return "";
        }
    }
}
