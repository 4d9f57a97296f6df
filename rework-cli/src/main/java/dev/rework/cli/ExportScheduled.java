package dev.rework.cli;

import dev.rework.Plan;
import dev.rework.internal.db.PlanStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework export-scheduled}. */
@Command(description = "Writes the plans into a JSON file, but for those that stand in the code.")
final class ExportScheduled extends DatabaseCommand {
    @Option(names = "--path", paramLabel = "FILE", description = "Where to (${DEFAULT-VALUE}); - for stdout.")
    String path = PlanFile.PATH;

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only of this domain.")
    @Nullable
    String domain;

    @Override
    protected ExitCode perform(Database database) throws IOException {
        PlanStore store = new PlanStore(database.jdbi());
        if (!store.readsInputs()) {
            throw new Refusal(ExitCode.ERROR, "this login may not read the inputs of plans, which an export holds");
        }
        List<Plan> plans = store.list(new PlanStore.Filter(domain, null, null, null, Integer.MAX_VALUE, null)).stream()
                .filter(plan -> !plan.declared())
                .toList();
        if (path.equals("-")) {
            out().print(PlanFile.write(plans));
        } else {
            Files.writeString(Path.of(path), PlanFile.write(plans));
            out().println("saved " + plans.size() + " entries into " + TaskForm.shown(path));
        }
        return ExitCode.DONE;
    }
}
