package dev.rework.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Writes what became of each test that carries a tag {@code fault-N}, and what it measured, to {@code target/faults}: the
 * table of {@code .ci/faults} is made of it. Found by JUnit's own detection, which the build turns on. Outside our build
 * it writes nothing.
 */
public final class FaultRow implements TestWatcher {

    private static final String TAG = "fault-";

    /**
     * Says what a test measured.
     *
     * @param row the number of the fault
     * @param what a few words with the figure
     */
    public static void measured(int row, String what) {
        System.out.println("fault " + row + ": " + what);
        write(row, "measured", what);
    }

    /** Ends the calling test as not run: this machine lacks something it needs. It never counts as passed. */
    public static void notRun(String why) {
        Assumptions.abort(why);
    }

    /** Milliseconds, for a table. */
    public static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%,d ms", duration.toMillis());
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        note(context, "passed", "");
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        note(context, "failed", firstLine(cause));
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        note(context, "not run", firstLine(cause));
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        note(context, "not run", reason.orElse("disabled"));
    }

    private static String firstLine(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).strip();
        return message.lines().findFirst().orElse("");
    }

    private static void note(ExtensionContext context, String outcome, String why) {
        for (String tag : context.getTags()) {
            if (tag.startsWith(TAG)) {
                String test = context.getRequiredTestClass().getSimpleName() + "#"
                        + context.getRequiredTestMethod().getName();
                write(Integer.parseInt(tag.substring(TAG.length())), outcome, test + (why.isEmpty() ? "" : ": " + why));
            }
        }
    }

    private static synchronized void write(int row, String kind, String what) {
        String home = System.getProperty("rework.test.home");
        if (home == null) {
            return;
        }
        try {
            Path folder = Files.createDirectories(Path.of(home).resolveSibling("faults"));
            String line = row + "\t" + kind + "\t" + what.replaceAll("[\\t\\r\\n|]+", " ") + "\n";
            Files.writeString(
                    folder.resolve(ProcessHandle.current().pid() + ".tsv"),
                    line,
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
