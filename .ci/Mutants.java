import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Runs the named tests against each mutant of config/mutants.txt and says which test killed it. Called by .ci/mutants, which
 * has everything compiled. A mutant that survives, or whose text is not in its file exactly once, is a failure; so is a
 * named test that does not exist or fails without the mutant.
 */
final class Mutants {

    private static final Path OUT = Path.of("target/mutants").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Duration ALL_TESTS = Duration.ofMinutes(10);
    private static final Pattern FAILED = Pattern.compile("<testcase name=\"([^\"]*)\" classname=\"([^\"]*)\"[^>]*>"
            + "(?:(?!</testcase>).)*?<(?:failure|error)", Pattern.DOTALL);

    private static final int AT_ONCE = 2;

    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());

    /** A replacement of whole lines, or parts of them. */
    private record Change(String from, String to) {}

    /** A guard taken out, and the tests that must notice: module to Class#method selectors. */
    private record Mutant(
            String name, String guard, Path file, Map<String, Set<String>> tests, List<Change> changes, Set<String> needs) {

        boolean canRun() {
            return !needs.contains("root") || "root".equals(System.getProperty("user.name"));
        }
    }

    /** What a JVM of tests said. */
    private record Ran(int exit, List<String> failed, Path log) {}

    public static void main(String[] args) throws Exception {
        List<Mutant> all = parse(Files.readAllLines(Path.of("config/mutants.txt")));
        List<String> wanted = List.of(args);
        List<Mutant> mutants = all.stream()
                .filter(mutant -> wanted.isEmpty() || wanted.contains(mutant.name))
                .toList();
        if (mutants.isEmpty()) {
            throw new IllegalArgumentException("no such mutant: " + wanted);
        }
        System.exit(new Mutants().run(mutants) ? 0 : 1);
    }

    private boolean run(List<Mutant> mutants) throws Exception {
        long began = System.nanoTime();
        Process server = keepServer();
        try {
            System.out.println("without mutants: " + control(mutants));
            ExecutorService judges = Executors.newFixedThreadPool(AT_ONCE);
            List<Future<?>> judged = new ArrayList<>();
            for (Mutant mutant : mutants) {
                judged.add(judges.submit(() -> {
                    long at = System.nanoTime();
                    String verdict = judge(mutant);
                    System.out.printf("%-34s %5.1f s  %s%n", mutant.name, (System.nanoTime() - at) / 1e9, verdict);
                    return verdict;
                }));
            }
            judges.shutdown();
            for (Future<?> each : judged) {
                each.get();
            }
        } finally {
            server.getOutputStream().close();
            server.waitFor(30, TimeUnit.SECONDS);
        }
        System.out.printf(
                "%d mutants, %d killed, %d failures, %.0f s%n",
                mutants.size(), mutants.size() - failures.size(), failures.size(), (System.nanoTime() - began) / 1e9);
        failures.forEach(failure -> System.out.println("FAILED " + failure));
        return failures.isEmpty();
    }

    /** A JVM that holds the tests' server until its input ends, so that it is not started for each mutant anew. */
    private static Process keepServer() throws IOException {
        List<String> command = java("rework-embedded", classpath("rework-embedded", null, null));
        command.add("dev.rework.embedded.FixtureMain");
        Process process = new ProcessBuilder(command)
                .redirectError(OUT.resolve("server.log").toFile())
                .start();
        InputStream said = process.getInputStream();
        if (said.read() < 0) {
            throw new IOException("no Postgres for the tests; see " + OUT.resolve("server.log"));
        }
        return process;
    }

    /** The named tests on the code as it is: a kill says nothing when the test fails anyway. */
    private String control(List<Mutant> mutants) throws Exception {
        Map<String, Set<String>> tests = new TreeMap<>();
        mutants.stream().filter(Mutant::canRun).forEach(mutant -> mutant.tests.forEach((module, names) ->
                tests.computeIfAbsent(module, key -> new java.util.TreeSet<>()).addAll(names)));
        int count = 0;
        for (Map.Entry<String, Set<String>> each : tests.entrySet()) {
            count += each.getValue().size();
            Ran ran = runTests("control-" + each.getKey(), each.getKey(), each.getValue(), null, null);
            if (ran.exit != 0) {
                failures.add("without mutants: " + each.getKey() + " " + ran.failed + "; see " + ran.log);
            }
        }
        return count + " named tests, " + (failures.isEmpty() ? "all pass" : failures);
    }

    private String judge(Mutant mutant) throws Exception {
        if (!mutant.canRun()) {
            return "not run: needs " + mutant.needs;
        }
        String module = mutant.file.getName(0).toString();
        Path classes;
        try {
            classes = mutated(mutant, module);
        } catch (IllegalStateException e) {
            failures.add(mutant.name + ": " + e.getMessage());
            return "DOES NOT APPLY: " + e.getMessage();
        }
        for (Map.Entry<String, Set<String>> each : mutant.tests.entrySet()) {
            Ran ran = runTests(mutant.name, each.getKey(), each.getValue(), module, classes);
            if (ran.exit == 1 && !ran.failed.isEmpty()) {
                return "killed by " + String.join(", ", ran.failed);
            } else if (ran.exit != 0) {
                failures.add(mutant.name + ": the tests ended with " + ran.exit + "; see " + ran.log);
                return "BROKEN: exit " + ran.exit;
            }
        }
        failures.add(mutant.name + " survived " + mutant.tests.values());
        return "SURVIVED";
    }

    /** The module's classes with the mutant's file compiled, or copied, over them. */
    private static Path mutated(Mutant mutant, String module) throws IOException {
        String text = Files.readString(mutant.file);
        for (Change change : mutant.changes) {
            int at = text.indexOf(change.from);
            if (at < 0 || text.indexOf(change.from, at + 1) >= 0) {
                throw new IllegalStateException(
                        (at < 0 ? "not in " : "more than once in ") + mutant.file + ": " + change.from.strip());
            }
            text = text.substring(0, at) + change.to + text.substring(at + change.from.length());
        }
        Path work = OUT.resolve(mutant.name);
        Path classes = work.resolve("classes");
        copy(Path.of(module, "target/classes"), classes);
        Path root = mutant.file.subpath(0, 4);
        Path changed = work.resolve("changed").resolve(root.relativize(mutant.file));
        Files.createDirectories(changed.getParent());
        Files.writeString(changed, text);
        if (!mutant.file.toString().endsWith(".java")) {
            Files.copy(changed, classes.resolve(root.relativize(mutant.file)), StandardCopyOption.REPLACE_EXISTING);
            return classes;
        }
        List<String> compile = new ArrayList<>(List.of(
                "-proc:none", "-nowarn", "-parameters", "--release", "17", "-implicit:none",
                "-cp", classes + File.pathSeparator + classpath(module, null, null), "-d", classes.toString(),
                changed.toString()));
        compile.addAll(siblings(mutant.file));
        int exit = ToolProvider.getSystemJavaCompiler().run(null, null, null, compile.toArray(String[]::new));
        if (exit != 0) {
            throw new IllegalStateException("it does not compile");
        }
        return classes;
    }

    /** The rest of its package, which has its constants inlined. */
    private static List<String> siblings(Path file) throws IOException {
        try (Stream<Path> files = Files.list(file.getParent())) {
            return files.filter(each -> each.toString().endsWith(".java") && !each.equals(file))
                    .map(Path::toString)
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static Ran runTests(String name, String module, Set<String> tests, String mutated, Path classes)
            throws Exception {
        Path work = OUT.resolve(name);
        Path reports = work.resolve("reports-" + module);
        Files.createDirectories(work);
        Path log = work.resolve(module + ".log");
        List<String> command = java(module, classpath(module, mutated, classes) + File.pathSeparator + console());
        command.addAll(List.of("org.junit.platform.console.ConsoleLauncher", "execute", "--fail-if-no-tests",
                "--disable-banner", "--details=tree", "--reports-dir=" + reports));
        if (mutated != null) {
            command.add("--fail-fast");
            // Many mutants show themselves by what never comes.
            command.add(1, "-Drework.test.patience=20");
        }
        // By class and filter: a method is selected with its parameters' types, which need not stand in the list.
        tests.stream().map(test -> test.split("#")[0]).distinct().forEach(type -> command.add("--select-class=" + type));
        tests.forEach(test -> command.add("--include-methodname=" + test + (test.contains("#") ? "" : "#.*")));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(new File(module))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("REWORK_MUTANT", name + ";" + module);
        Process process = builder.start();
        try {
            boolean ended = process.waitFor((mutated == null ? ALL_TESTS : PATIENCE).toSeconds(), TimeUnit.SECONDS);
            return new Ran(ended ? process.exitValue() : -1, failed(reports), log);
        } finally {
            sweep("REWORK_MUTANT=" + name + ";" + module + "\0");
        }
    }

    /** Ends what a test without its guard has left, which inherited this in its environment. */
    private static void sweep(String variable) {
        ProcessHandle.allProcesses()
                .filter(process -> environment(process).contains(variable))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }

    private static List<String> failed(Path reports) throws IOException {
        List<String> failed = new ArrayList<>();
        if (Files.isDirectory(reports)) {
            try (Stream<Path> files = Files.list(reports)) {
                for (Path file : files.toList()) {
                    Matcher matcher = FAILED.matcher(Files.readString(file));
                    while (matcher.find()) {
                        String type = matcher.group(2);
                        failed.add(type.substring(type.lastIndexOf('.') + 1) + "#"
                                + matcher.group(1).replaceFirst("\\(.*", ""));
                    }
                }
            }
        }
        return failed;
    }

    private static List<String> java(String module, String classpath) throws IOException {
        Path temporary = OUT.resolve("tmp");
        Files.createDirectories(temporary);
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                // A guard that is gone shows itself in the first dozens of these.
                "-Drework.races=500",
                "-Drework.test.home=" + Path.of("target/test-home").toAbsolutePath(),
                "-Djava.io.tmpdir=" + temporary,
                "-cp", classpath));
    }

    private static String console() throws IOException {
        try (Stream<Path> jars = Files.list(OUT.resolve("console"))) {
            return jars.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        }
    }

    /** What the module's tests run with; the classes of one module, its own or another, exchanged. */
    private static String classpath(String module, String exchanged, Path classes) throws IOException {
        Path root = Path.of("").toAbsolutePath();
        List<String> entries = new ArrayList<>(List.of(
                root.resolve(module).resolve("target/test-classes").toString(),
                root.resolve(module).resolve("target/classes").toString()));
        String rest = Files.readString(Path.of(module, "target/test-classpath.txt"), StandardCharsets.UTF_8).strip();
        entries.addAll(List.of(rest.split(File.pathSeparator)));
        if (exchanged != null) {
            String own = root.resolve(exchanged).resolve("target/classes").toString();
            if (!entries.contains(own)) {
                throw new IllegalStateException("tests of " + module + " do not run on the classes of " + exchanged);
            }
            entries.replaceAll(entry -> entry.equals(own) ? classes.toString() : entry);
        }
        return String.join(File.pathSeparator, entries);
    }

    /** Blocks of "= name: guard", "file path", "test module Class#method", and changes of "-" and "+" lines. */
    private static List<Mutant> parse(List<String> lines) {
        List<Mutant> mutants = new ArrayList<>();
        StringBuilder from = new StringBuilder();
        StringBuilder to = new StringBuilder();
        Mutant now = null;
        for (String line : Stream.concat(lines.stream(), Stream.of("")).toList()) {
            boolean change = line.startsWith("-") || line.startsWith("+");
            if (now != null && from.length() > 0 && (!change || line.startsWith("-") && to.length() > 0)) {
                now.changes.add(new Change(from.toString(), to.toString()));
                from.setLength(0);
                to.setLength(0);
            }
            if (line.startsWith("= ")) {
                String[] words = line.substring(2).split(": ", 2);
                now = new Mutant(words[0], words[1], null, new LinkedHashMap<>(), new ArrayList<>(), new java.util.HashSet<>());
            } else if (now != null && line.startsWith("file ")) {
                Path file = Path.of(line.substring(5).strip());
                now = new Mutant(now.name, now.guard, file, now.tests, now.changes, now.needs);
                mutants.add(now);
            } else if (now != null && line.startsWith("test ")) {
                String[] words = line.split(" ");
                now.tests.computeIfAbsent(words[1], key -> new java.util.LinkedHashSet<>()).add(words[2]);
            } else if (now != null && line.startsWith("needs ")) {
                now.needs.add(line.substring(6).strip());
            } else if (change) {
                (line.startsWith("-") ? from : to).append(line.substring(1)).append('\n');
            } else if (!line.isBlank() && !line.startsWith("#")) {
                throw new IllegalArgumentException("config/mutants.txt: " + line);
            }
        }
        return mutants;
    }
}
