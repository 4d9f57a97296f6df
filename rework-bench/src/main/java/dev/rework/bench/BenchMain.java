package dev.rework.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
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

    /** Exits with 0, 1 when it could not measure, 2 for wrong options. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(new BenchTool().run(out, err, arguments));
    }

    /** Measures and reports. Blocks for minutes; makes and drops databases of its own. */
    static void run(PrintWriter out, PrintWriter err, String... arguments)
            throws IOException, SQLException, InterruptedException {
        Options options = Options.parse(arguments);
        Map<String, String> machine = Machine.facts();
        try (Run run = new Run(options)) {
            Map<String, String> settings = run.server().settings();
            machine.forEach((name, value) -> err.println(name + ": " + value));
            settings.forEach((name, value) -> err.println(name + "=" + value));
            String notDurable = run.server().notDurable();
            if (notDurable != null
                    && (options.json().isPresent() || options.docs().isPresent())) {
                throw new IOException("this server is not durable (" + notDurable
                        + "): no results are written from it; set these to on");
            }
            run.prepare();
            Report report = new Report(run.samples(), options, machine, settings);
            rounds(run, report, err);
            out.println(report.text());
        }
    }

    /** Leaves what is known after each round: a run that is broken off was not for nothing. */
    private static void rounds(Run run, Report report, PrintWriter err) throws IOException {
        Rounds rounds = new Rounds(run);
        for (int round = 1; round <= run.options().rounds(); round++) {
            run.begin(round);
            err.println("round " + round + " of " + run.options().rounds());
            rounds.take();
            write(run.options(), report, err);
        }
    }

    private static void write(Options options, Report report, PrintWriter err) throws IOException {
        report.merge();
        if (options.json().isPresent()) {
            Files.writeString(options.json().get(), report.json());
        }
        if (options.docs().isPresent()) {
            Path docs = options.docs().get();
            report.write(docs);
            err.println("written: " + docs.resolve("performance.md"));
        }
    }
}
