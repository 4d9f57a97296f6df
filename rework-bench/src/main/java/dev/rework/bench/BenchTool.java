package dev.rework.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.List;
import java.util.spi.ToolProvider;

/** The bench as a tool, so that the command line can run it without knowing its classes. */
public final class BenchTool implements ToolProvider {
    private static final String NO_RIGHT = "42501";

    @Override
    public String name() {
        return "rework-bench";
    }

    /** Answers 0, 1 when it could not measure, 2 for wrong options. */
    @Override
    public int run(PrintWriter out, PrintWriter err, String... arguments) {
        if (List.of(arguments).contains("--help")) {
            out.println(Options.USAGE);
            return 0;
        }
        try {
            BenchMain.run(out, err, arguments);
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 2;
        } catch (SQLException e) {
            err.println(
                    NO_RIGHT.equals(e.getSQLState())
                            ? "bench makes databases of its own, and this user may not: alter role … createdb"
                            : "bench: " + e.getMessage());
            return 1;
        } catch (IOException | RuntimeException e) {
            err.println("bench: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
