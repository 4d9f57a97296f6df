package dev.rework.cli;

/**
 * A further command of {@code rework}, found by {@link java.util.ServiceLoader} on the command's class path (its {@code
 * lib/} folder). It cannot replace one of rework's own.
 */
public interface CommandPlugin {
    /** The name it is called by. */
    String name();

    /** A fresh picocli command object: a {@link CliCommand} or {@link DatabaseCommand} to share the common options. */
    Object command();
}
