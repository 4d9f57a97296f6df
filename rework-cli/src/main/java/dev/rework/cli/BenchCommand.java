package dev.rework.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Our own figures on this database's server, by the tool {@code rework-bench} of the class path. */
@Command(description = "Measures enqueue, drain, latency and kill on this database's server, in databases of its own.")
final class BenchCommand extends DatabaseCommand {
    @Option(
            names = "--scale",
            paramLabel = "SIZE",
            defaultValue = "quick",
            description = "tiny, quick or full (${DEFAULT-VALUE}).")
    String scale = "quick";

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "1", description = "How often (${DEFAULT-VALUE}).")
    int rounds = 1;

    @Option(
            names = "--only",
            paramLabel = "GROUP[,GROUP...]",
            defaultValue = "enqueue,drain,latency,abort",
            description = "Which of: enqueue, drain, latency, abort, start, logs, idle, growth, memory"
                    + " (${DEFAULT-VALUE}).")
    List<String> only = List.of();

    @Option(names = "--json", paramLabel = "FILE", description = "Leaves every sample in FILE too.")
    @Nullable
    Path json;

    @Override
    boolean isBrief() {
        return false;
    }

    @Override
    protected ExitCode perform(Database database) {
        List<String> arguments =
                new ArrayList<>(List.of("--db", database.address().secretText()));
        arguments.addAll(List.of("--scale", scale, "--rounds", Integer.toString(rounds)));
        arguments.addAll(List.of("--only", String.join(",", only)));
        if (json != null) {
            arguments.addAll(List.of("--json", json.toString()));
        }
        ToolProvider bench = ServiceLoader.load(ToolProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(tool -> tool.name().equals("rework-bench"))
                .findFirst()
                .orElseThrow(
                        () -> new Refusal(ExitCode.ERROR, "rework-bench is not in this installation's lib folder"));
        PrintWriter out = new PrintWriter(out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(err(), true, StandardCharsets.UTF_8);
        int code = bench.run(out, err, arguments.toArray(String[]::new));
        return code == 0 ? ExitCode.DONE : code == 2 ? ExitCode.USAGE : ExitCode.ERROR;
    }
}
