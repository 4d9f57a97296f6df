package dev.rework.testing.faults;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The classes of an earlier commit, compiled from the history of this repository. */
final class OldVersion {

    private static final String MIGRATIONS = "sql/src/main/resources/dev/rework/sql";
    private static final List<String> MODULES = List.of("sql", "rework-api", "rework-worker", "rework-monitor");
    private static final List<String> KIT = List.of("MonitorProcess", "StormOperations", "Witness");

    private static final String FAULTS = "rework-testing/src/main/java/dev/rework/testing/faults";
    private static final String TESTS = "rework-testing/src/test/java/dev/rework/testing/faults";
    private static final String DATABASE = "rework-api/src/main/java/dev/rework/internal/db/Database.java";

    private final String name;
    private final String classpath;
    private final Path operations;
    private final boolean careful;

    private OldVersion(String name, String classpath, Path operations, boolean careful) {
        this.name = name;
        this.classpath = classpath;
        this.operations = operations;
        this.careful = careful;
    }

    /**
     * The commit before a migration came; empty with no history here, such as in a shallow clone.
     *
     * @param migration its number; 0: the newest one
     */
    static Optional<String> before(Path root, int migration) throws IOException {
        if (!Shell.works("git", "-C", root.toString(), "rev-parse", "--git-dir")) {
            return Optional.empty();
        }
        Path file;
        try (Stream<Path> all = Files.list(root.resolve(MIGRATIONS))) {
            String name = migration == 0 ? "\\d{4}_.*\\.sql" : String.format(Locale.ROOT, "%04d_.*\\.sql", migration);
            file = all.filter(each -> each.getFileName().toString().matches(name))
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
                MIGRATIONS + "/" + file.getFileName());
        String parent = added.isEmpty() ? "" : added.lines().reduce((a, b) -> b).orElse("") + "^";
        boolean there = !parent.isEmpty()
                && Shell.works("git", "-C", root.toString(), "rev-parse", "--verify", "--quiet", parent + "^{commit}");
        return there
                ? Optional.of(Shell.run("git", "-C", root.toString(), "rev-parse", "--short", parent))
                : Optional.empty();
    }

    /** These sources, as if they were old. */
    static OldVersion ofNow(Path root, Path folder) throws IOException {
        String classpath = now();
        Path operations = Files.createDirectories(folder.resolve("operations"));
        compile(
                List.of(
                        root.resolve(TESTS).resolve("UpgradeOperations.java"),
                        root.resolve(FAULTS).resolve("Witness.java")),
                operations,
                classpath);
        return new OldVersion("this version", classpath, operations, true);
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
            files.add(sources.resolve(FAULTS).resolve(name + ".java"));
        }
        Path own = root.resolve(TESTS);
        files.add(own.resolve("OldHouse.java"));
        files.add(own.resolve("UpgradeOperations.java"));
        compile(files, classes, libraries());
        String classpath = classes + File.pathSeparator + libraries();
        Path operations = Files.createDirectories(folder.resolve("operations"));
        // With their witness: what else of the kit is beside a worker is not for its tasks to see.
        compile(
                List.of(
                        own.resolve("UpgradeOperations.java"),
                        sources.resolve(FAULTS).resolve("Witness.java")),
                operations,
                classpath);
        boolean careful = Files.readString(sources.resolve(DATABASE)).contains("ofTask(");
        return new OldVersion("workers of " + commit, quiet(classpath), operations, careful);
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

    /** The class path of this version, for a process. */
    static String now() {
        return quiet(System.getProperty("java.class.path"));
    }

    private static String quiet(String classpath) {
        return Stream.of(classpath.split(File.pathSeparator))
                .filter(entry -> !isLoud(entry))
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Without configuration it would say everything that its libraries do. */
    private static boolean isLoud(String entry) {
        return entry.contains("logback");
    }

    /** What of our class path is not ours. */
    private static String libraries() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("dev/rework") && !entry.contains("/rework-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    @Override
    public String toString() {
        return name;
    }

    /** The folder of {@link UpgradeOperations}. */
    Path operations() {
        return operations;
    }

    /** Its class path. */
    String classpath() {
        return classpath;
    }

    /** Whether its tasks' own clients go on with a newer schema, and its monitors do not begin with one. */
    boolean careful() {
        return careful;
    }
}
