package dev.rework.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A child JVM of {@link StarterMain}. */
final class Starter implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    Starter(Path home) throws IOException {
        this(home, "");
    }

    /** With a folder in front of the PATH. */
    Starter(Path home, String path) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                StarterMain.class.getName(),
                home.toString()));
        if (!path.isEmpty()) {
            builder.environment()
                    .put(
                            "PATH",
                            path + File.pathSeparator + builder.environment().get("PATH"));
        }
        this.process = builder.redirectErrorStream(true).start();
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Waits until it has started; whether it was this one. */
    boolean startedIt() throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("started ")) {
                return line.endsWith("true");
            }
            said.append(line).append('\n');
        }
        throw new IOException("the starter ended: " + said);
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(30, TimeUnit.SECONDS);
    }
}
