package dev.rework.cli;

import dev.rework.internal.Codec;
import dev.rework.internal.db.OperationStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rework list-operations}. */
@Command(description = "Operations and the hosts that have them, the newest last.")
final class ListOperations extends DatabaseCommand {
    private static final Output.Form<OperationStore.Listed> FORM = new Output.Form<>(
            List.of("id", "name", "domain", "host", "path", "timeout", "inputs", "outputs"),
            ListOperations::values,
            ListOperations::line);

    @Mixin
    ListOptions which = new ListOptions();

    @Option(names = "--operation", paramLabel = "NAME", description = "Only of this name.")
    @Nullable
    String operation;

    @Override
    protected ExitCode perform(Database database) {
        OperationStore.Filter filter =
                new OperationStore.Filter(which.domain, which.host, operation, which.limit(), which.afterOrZero());
        output().list(new OperationStore(database.jdbi()).list(filter), FORM);
        return ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(OperationStore.Listed operation) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", operation.id());
        values.put("name", operation.name());
        values.put("domain", operation.domain());
        values.put("host", operation.host());
        values.put("path", operation.path());
        values.put(
                "timeout",
                operation.timeout() == null ? null : operation.timeout().toString());
        values.put("inputs", tree(operation.inputs()));
        values.put("outputs", tree(operation.outputs()));
        return values;
    }

    private static @Nullable Object tree(@Nullable String json) {
        return json == null ? null : Codec.parseToShow(json);
    }

    /** {@code 1 `hello` default path(/abs/t.jar) host(h1)}. */
    private static String line(OperationStore.Listed operation, Palette palette) {
        return operation.id()
                + " " + palette.paint(Palette.Colour.CYAN, "`" + TaskForm.shown(operation.name()) + "`")
                + " " + TaskForm.shown(operation.domain())
                + (operation.path() == null ? "" : " path(" + TaskForm.shown(operation.path()) + ")")
                + (operation.host() == null
                        ? " " + palette.paint(Palette.Colour.YELLOW, "(served by no host)")
                        : " host(" + TaskForm.shown(operation.host()) + ")");
    }
}
