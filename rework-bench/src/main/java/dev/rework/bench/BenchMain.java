package dev.rework.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;

/**
 * Measures rework beside its floors, and beside its peers when asked to. Everything of one round runs one after the
 * other before the next round begins, so that what disturbs the machine disturbs all alike.
 */
public final class BenchMain {
    private BenchMain() {}

    /** Exits with 0, 1 when something could not be measured, 2 for wrong options. */
    public static void main(String[] arguments) {
        try {
            System.exit(run(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (IOException | SQLException | RuntimeException e) {
            System.err.println("bench: " + e.getMessage());
            if (System.getenv("REWORK_BENCH_KEEP") != null) {
                e.printStackTrace();
            }
            System.exit(1);
        } catch (InterruptedException e) {
            System.exit(130);
        }
    }

    /** Measures and reports; returns the exit code. Blocks for minutes; makes and drops databases of its own. */
    public static int run(String... arguments) throws IOException, SQLException, InterruptedException {
        if (arguments.length > 0 && (arguments[0].equals("--help") || arguments[0].equals("-h"))) {
            System.out.println(Options.USAGE);
            return 0;
        }
        Options options = Options.parse(arguments);
        Map<String, String> machine = Machine.facts();
        try (Run run = new Run(options)) {
            Map<String, String> settings = run.server().settings();
            machine.forEach((name, value) -> System.err.println(name + ": " + value));
            settings.forEach((name, value) -> System.err.println(name + "=" + value));
            String notDurable = run.server().notDurable();
            if (notDurable != null
                    && (options.json().isPresent() || options.docs().isPresent())) {
                throw new IOException("this server is not durable (" + notDurable
                        + "): no results are written from it; set these to on");
            }
            run.prepare();
            rounds(run);
            report(run, new Report(run.samples(), options, machine, settings));
            return 0;
        }
    }

    private static void rounds(Run run) {
        Rounds rounds = new Rounds(run);
        for (int round = 1; round <= run.options().rounds(); round++) {
            run.begin(round);
            System.err.println("round " + round + " of " + run.options().rounds());
            rounds.take();
        }
    }

    private static void report(Run run, Report report) throws IOException {
        System.out.println(report.text());
        if (run.options().json().isPresent()) {
            Files.writeString(run.options().json().get(), report.json());
        }
        if (run.options().docs().isPresent()) {
            Path docs = run.options().docs().get();
            report.write(docs);
            System.err.println("written: " + docs.resolve("performance.md"));
        }
    }
}
