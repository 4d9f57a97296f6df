package dev.rework.embedded;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Under which account Postgres' programs run. They refuse root, so root runs them without its powers ({@code unshare
 * -U}, same owner of the files) or, where a container forbids that, as another user.
 *
 * @param prefix what stands before a command
 * @param uid the owner its files must have; -1 when they need no other owner than the one who makes them
 * @param gid its group; -1 likewise
 */
record Account(List<String> prefix, int uid, int gid) {

    private static final int NOBODY = 65534;
    private static final int QUICK_SECONDS = 10;

    /** The account for data that is there already (it keeps its owner), or for new data. */
    static Account forData(Path data) {
        if (!isRoot()) {
            return new Account(List.of(), -1, -1);
        }
        int owner = Files.exists(data) ? attribute(data, "unix:uid") : 0;
        if (owner != 0) {
            return other(owner, attribute(data, "unix:gid"));
        }
        if (works(List.of("unshare", "-U", "true"))) {
            return new Account(List.of("unshare", "-U"), -1, -1);
        }
        if (!Files.exists(data) && works(other(NOBODY, NOBODY).command(List.of("true")))) {
            return other(NOBODY, NOBODY);
        }
        throw new EmbeddedPostgresException(
                "Postgres does not run as root, and neither unshare -U nor setpriv works here; make a user with:"
                        + " useradd --create-home rework, and run this as that user");
    }

    private static Account other(int uid, int gid) {
        return new Account(List.of("setpriv", "--reuid=" + uid, "--regid=" + gid, "--clear-groups"), uid, gid);
    }

    private static boolean isRoot() {
        Path self = Path.of("/proc/self");
        return Files.exists(self) ? attribute(self, "unix:uid") == 0 : "root".equals(System.getProperty("user.name"));
    }

    private static int attribute(Path path, String name) {
        try {
            return (Integer) Files.getAttribute(path, name);
        } catch (IOException e) {
            throw new EmbeddedPostgresException("cannot read the owner of " + path + ": " + e.getMessage(), e);
        }
    }

    /** Whether files have to be given to another owner. */
    boolean isOther() {
        return uid >= 0;
    }

    /** Gives a file or folder to this account, when it needs that. */
    void own(Path path) throws IOException {
        if (isOther()) {
            Files.setAttribute(path, "unix:uid", uid);
            Files.setAttribute(path, "unix:gid", gid);
        }
    }

    boolean owns(Path path) {
        return attribute(path, "unix:uid") == uid;
    }

    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /** Whether this account can work in a folder: a home under a closed folder is out of another user's reach. */
    boolean reaches(Path folder) {
        return works(command(List.of("test", "-w", folder.toString())));
    }

    private static boolean works(List<String> command) {
        try {
            return start(command).exit == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a program under this account to its end. */
    Ended run(List<String> command) throws IOException {
        return start(command(command));
    }

    private static Ended start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(new File("/"));
        // The server inherits this environment for good: no PG* setting may bend it, no secret may stay in it.
        String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
        builder.environment().clear();
        builder.environment().put("PATH", path);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(QUICK_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("does not end: " + command);
            }
            return new Ended(process.exitValue(), output.strip());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command, e);
        }
    }

    /** How a program ended and what it said. */
    record Ended(int exit, String output) {}
}
