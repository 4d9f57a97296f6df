package dev.rework.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code rework doctor}. */
@Command(
        description =
                "Looks for what is wrong with a database and those who work on it; exit code 1 when something is.")
final class DoctorCommand extends DatabaseCommand {
    private static final Output.Form<Finding> FORM = new Output.Form<>(
            List.of("check", "verdict", "message", "remedy"), DoctorCommand::values, DoctorCommand::line);

    @Override
    protected ExitCode perform(Database database) {
        List<Finding> findings = new Examination(database, rework().shell()).findings();
        output().list(findings, FORM);
        return findings.stream().anyMatch(Finding::isProblem) ? ExitCode.ERROR : ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(Finding finding) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("check", finding.check());
        values.put("verdict", TaskForm.lower(finding.grade()));
        values.put("message", finding.message());
        values.put("remedy", finding.remedy());
        return values;
    }

    private static String line(Finding finding, Palette palette) {
        Palette.Colour colour = switch (finding.grade()) {
            case OK -> Palette.Colour.GREEN;
            case NOTE -> Palette.Colour.YELLOW;
            case PROBLEM -> Palette.Colour.RED;
        };
        String line =
                palette.paint(colour, String.format(java.util.Locale.ROOT, "%-7s", TaskForm.lower(finding.grade())))
                        + " " + finding.check() + ": " + TaskForm.shown(finding.message());
        return finding.remedy() == null
                ? line
                : line + System.lineSeparator() + "        → " + TaskForm.shown(finding.remedy());
    }
}
