package dev.rework.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself: the options that every verb takes. */
@Command(
        name = "rework",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "Runs Java methods in killable worker processes, with Postgres as the only server.",
        optionListHeading = "%nOptions of every command:%n",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "A command that takes a DB goes by the first of: --db or the word in its place (an address or a name),",
            "REWORK_DB, rework.cfg, DATABASE_URL, PG* variables, the embedded Postgres.",
            "",
            "First steps: `rework demo`, then `rework COMMAND --help`."
        })
final class ReworkCommand {
    /** How a listing is written. */
    enum Format {
        table,
        json,
        jsonl,
        csv
    }

    /** When colours are used. */
    enum Colours {
        auto,
        always,
        never
    }

    private final Shell shell;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "How results are written: table, json, jsonl or csv.")
    Format format = Format.table;

    @Option(
            names = "--color",
            scope = ScopeType.INHERIT,
            paramLabel = "WHEN",
            description = "Colours: auto (on a terminal without NO_COLOR), always or never.")
    Colours colours = Colours.auto;

    @Option(
            names = "--db",
            scope = ScopeType.INHERIT,
            paramLabel = "DB",
            description = "The database: an address or a name of rework.cfg.")
    @Nullable
    String database;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Stack traces instead of one line per error.")
    boolean debug;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "What a command does and takes.")
    boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "The version.")
    boolean version;

    ReworkCommand(Shell shell) {
        this.shell = Objects.requireNonNull(shell);
    }

    Shell shell() {
        return shell;
    }

    Palette palette() {
        return Palette.choose(colours.name(), shell.outIsTerminal(), shell.variable("NO_COLOR"));
    }

    Palette errorPalette() {
        return Palette.choose(colours.name(), shell.errIsTerminal(), shell.variable("NO_COLOR"));
    }
}
