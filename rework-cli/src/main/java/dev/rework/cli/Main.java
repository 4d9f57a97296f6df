package dev.rework.cli;

/** Where the {@code rework} process begins. */
public final class Main {
    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(Cli.run(Shell.ofProcess(), arguments));
    }
}
