package dev.rework.testing.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The classes of the commit before the newest migration, compiled from the history of this repository. */
final class OldVersion {

    private static final String MIGRATIONS = "sql/src/main/resources/dev/rework/sql";
    private static final List<String> MODULES = List.of("sql", "rework-api", "rework-worker", "rework-monitor");
    private static final List<String> KIT = List.of("MonitorProcess", "StormOperations", "Witness");

    private final Path classes;
    private final Path operations;
    private final String commit;

    private OldVersion(Path classes, Path operations, String commit) {
        this.classes = classes;
        this.operations = operations;
        this.commit = commit;
    }

    /** The commit; empty with no history here, such as in a shallow clone. */
    static Optional<String> commit(Path root) throws IOException {
        if (!Shell.works("git", "-C", root.toString(), "rev-parse", "--git-dir")) {
            return Optional.empty();
        }
        Path newest;
        try (Stream<Path> all = Files.list(root.resolve(MIGRATIONS))) {
            newest = all.filter(file -> file.getFileName().toString().matches("\\d{4}_.*\\.sql"))
                    .max(java.util.Comparator.naturalOrder())
                    .orElseThrow();
        }
        String added = Shell.run(
                "git",
                "-C",
                root.toString(),
                "log",
                "--format=%H",
                "--diff-filter=A",
                "--",
                MIGRATIONS + "/" + newest.getFileName());
        String parent = added.isEmpty() ? "" : added.lines().reduce((a, b) -> b).orElse("") + "^";
        boolean there = !parent.isEmpty()
                && Shell.works("git", "-C", root.toString(), "rev-parse", "--verify", "--quiet", parent + "^{commit}");
        return there
                ? Optional.of(Shell.run("git", "-C", root.toString(), "rev-parse", "--short", parent))
                : Optional.empty();
    }

    /** Compiles it below a folder. */
    static OldVersion compiled(Path root, String commit, Path folder) throws IOException {
        Path sources = Files.createDirectories(folder.resolve("sources"));
        Path archive = folder.resolve("old.tar");
        Shell.run("git", "-C", root.toString(), "archive", "--output=" + archive, commit);
        Shell.run("tar", "-xf", archive.toString(), "-C", sources.toString());
        Path classes = Files.createDirectories(folder.resolve("classes"));
        List<Path> files = new ArrayList<>();
        for (String module : MODULES) {
            files.addAll(javaFiles(sources.resolve(module).resolve("src/main/java")));
            Path resources = sources.resolve(module).resolve("src/main/resources");
            if (Files.isDirectory(resources)) {
                Shell.run("cp", "-r", resources + "/.", classes.toString());
            }
        }
        for (String name : KIT) {
            files.add(sources.resolve("rework-testing/src/main/java/dev/rework/testing/faults/" + name + ".java"));
        }
        Path own = root.resolve("rework-testing/src/test/java/dev/rework/testing/faults");
        files.add(own.resolve("OldHouse.java"));
        compile(files, classes, libraries());
        Path operations = Files.createDirectories(folder.resolve("operations"));
        compile(List.of(own.resolve("HeldOperations.java")), operations, classes + File.pathSeparator + libraries());
        return new OldVersion(classes, operations, commit);
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".java")
                            && !file.getFileName().toString().equals("package-info.java"))
                    .toList();
        }
    }

    private static void compile(List<Path> files, Path into, String classpath) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            java.io.StringWriter said = new java.io.StringWriter();
            boolean done = compiler.getTask(
                            said,
                            manager,
                            null,
                            List.of("-proc:none", "-nowarn", "-parameters", "-d", into.toString(), "-cp", classpath),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!done) {
                throw new IOException("the previous version does not compile: " + said);
            }
        }
    }

    /** What of our class path is not ours. */
    private static String libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("dev/rework") && !entry.contains("/rework-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    String commit() {
        return commit;
    }

    /** The folder of {@link HeldOperations}. */
    Path operations() {
        return operations;
    }

    /** Its class path. */
    String classpath() {
        return classes + File.pathSeparator + libraries();
    }
}
