package dev.rework.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine.Command;

/** Runs what people run often, on the database whose address is on standard input, changing and showing nothing. */
@Command(hidden = true, description = "For the launcher: loads what the start archive should hold.")
final class WarmUp extends CliCommand {
    static final String NAME = "warm-up";

    @Override
    protected ExitCode perform() throws IOException {
        String address = new String(rework().shell().in().readAllBytes(), StandardCharsets.UTF_8);
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        InputStream empty = new ByteArrayInputStream(new byte[0]);
        Shell quiet = new Shell(empty, nowhere, nowhere, Map.of(), false, false);
        Cli.run(quiet, "--help");
        Cli.run(quiet, "list-tasks", "--db", address);
        Cli.run(quiet, "list-tasks", "--db", address, "-o", "json");
        Cli.run(quiet, "list-operations", "--db", address);
        Cli.run(quiet, "list-workers", "--db", address);
        Cli.run(quiet, "log-task", "--db", address, "1");
        return ExitCode.DONE;
    }
}
