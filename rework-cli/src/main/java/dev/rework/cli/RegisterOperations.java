package dev.rework.cli;

import dev.rework.Registered;
import dev.rework.internal.PlainText;
import dev.rework.internal.Registrar;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework register-operations}. */
@Command(
        description = {
            "Registers the operations of PATH on this host: a jar, a directory of classes, or one .java file.",
            "Tasks are never touched, also when an operation is not there any more."
        })
final class RegisterOperations extends DatabaseCommand {
    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only the operations of this domain.")
    @Nullable
    String domain;

    @Option(names = "--asdomain", paramLabel = "DOMAIN", description = "Register them under this domain instead.")
    @Nullable
    String asDomain;

    @Option(names = "--host", paramLabel = "HOST", description = "For this host name (REWORK_HOST, or the machine's).")
    @Nullable
    String host;

    @Option(
            names = "--classpath",
            paramLabel = "PATHS",
            description = "Further jars and directories, for compiling and for the workers.")
    List<String> classpath = List.of();

    /** As the Python one had it; registering never deletes, so both mean the same. */
    @Option(names = "--reset", negatable = true, hidden = true)
    boolean reset;

    @Override
    protected List<String> needs() {
        return List.of("PATH");
    }

    @Override
    protected ExitCode perform(Database database) {
        Path path = Path.of(word(0));
        if (!Files.exists(path)) {
            throw new Refusal(ExitCode.UNKNOWN, "no such file: " + path);
        }
        Registrar.Options options = new Registrar.Options(
                rework().shell().host(host),
                domain,
                asDomain,
                paths(classpath),
                rework().shell().home());
        Registered registered =
                Registrar.register(database.connections(), path.toAbsolutePath().normalize(), options);
        out().println("registered " + registered.added() + " new operation (" + registered.known() + " already known)");
        if (domain != null && registered.added() + registered.known() == 0) {
            rework().shell()
                    .err()
                    .println(PlainText.shown(
                            domain + " is no operation's domain in " + path + "; --asdomain " + domain
                                    + " registers them under it",
                            false));
        }
        return ExitCode.DONE;
    }

    /** The entries of class paths; each must be there. */
    static List<Path> paths(List<String> classpaths) {
        return classpaths.stream()
                .flatMap(one -> Arrays.stream(one.split(File.pathSeparator)))
                .filter(entry -> !entry.isBlank())
                .map(entry -> Path.of(entry).toAbsolutePath().normalize())
                .peek(RegisterOperations::demand)
                .toList();
    }

    private static void demand(Path entry) {
        Path there = entry.endsWith("*") ? entry.resolveSibling("") : entry;
        if (!Files.exists(there)) {
            throw new Refusal(ExitCode.UNKNOWN, "no such file on the class path: " + entry);
        }
    }
}
