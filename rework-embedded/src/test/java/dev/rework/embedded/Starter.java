package dev.rework.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A child JVM that says what it has done, and waits for the end of its input. */
final class Starter implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;

    /** One of {@link StarterMain}. */
    Starter(Path home) throws IOException {
        this(new ProcessBuilder(java(StarterMain.class, home, home.toString())));
    }

    private Starter(ProcessBuilder builder) throws IOException {
        this.process = builder.redirectErrorStream(true).start();
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** One of {@link StarterMain} with a folder in front of its PATH. */
    static Starter withPath(Path home, Path bin) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(java(StarterMain.class, home, home.toString()));
        builder.environment().merge("PATH", bin.toString(), (path, first) -> first + File.pathSeparator + path);
        return new Starter(builder);
    }

    /** One of {@link FixtureMain}. */
    static Starter ofFixture(Path home) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(java(FixtureMain.class, home));
        builder.environment().remove("REWORK_TEST_DB");
        return new Starter(builder);
    }

    private static List<String> java(Class<?> main, Path home, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Drework.test.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Waits for a line that begins so, and returns the rest of it. */
    String says(String beginning) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length()).strip();
            }
            said.append(line).append('\n');
        }
        throw new IOException("the process ended: " + said);
    }

    boolean startedIt() throws IOException {
        return says("started").equals("true");
    }

    /** Lets it go on to its end. */
    void release() throws IOException {
        process.getOutputStream().close();
    }

    int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
