package dev.rework.cli;

import dev.rework.PlanBuilder;
import dev.rework.ReworkException;
import dev.rework.internal.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code rework import-scheduled}. */
@Command(description = "Prepares the plans of an exported JSON file; those that are there already stay as one.")
final class ImportScheduled extends DatabaseCommand {
    @Option(names = "--path", paramLabel = "FILE", description = "Where from (${DEFAULT-VALUE}); - for stdin.")
    String path = PlanFile.PATH;

    private static final int MOST = 64 << 20;

    @Override
    protected ExitCode perform(Database database) throws IOException {
        byte[] bytes = rework().shell().read(path, MOST);
        int loaded = 0;
        ExitCode end = ExitCode.DONE;
        for (JsonNode entry : PlanFile.read(path, new String(bytes, StandardCharsets.UTF_8))) {
            try {
                prepare(database, entry);
                loaded++;
            } catch (ReworkException | Refusal e) {
                Refusal refusal = Verdict.on(e);
                err().println("not loaded: `"
                        + TaskForm.shown(entry.path("operation").asString("?")) + "` "
                        + TaskForm.shown(entry.path("rule").asString("?")) + ": "
                        + TaskForm.shown(Passwords.hidden(String.valueOf(refusal.getMessage()))));
                end = end == ExitCode.DONE ? refusal.exitCode() : end;
            }
        }
        out().println("loaded " + loaded + " entries from " + TaskForm.shown(path));
        return end;
    }

    private static void prepare(Database database, JsonNode entry) {
        PlanBuilder plan = PrepareCommand.begin(
                database,
                text(entry, "operation", ""),
                text(entry, "rule", ""),
                PlanOptions.zone("zone", text(entry, "zone", "UTC")));
        plan.domain(text(entry, "domain", "default"))
                .host(text(entry, "host", ""))
                .metadata(metadata(entry.path("metadata")))
                .missedMax(integer(entry, "missedMax", 100))
                .overlap(PlanOptions.overlap("overlap", text(entry, "overlap", "allow")))
                .jitter(Moments.duration("jitter", text(entry, "jitter", "PT0S")))
                .paused(flag(entry, "paused"));
        PlanOptions.missed("missed", text(entry, "missed", "skip"), plan);
        JsonNode input = entry.path("input");
        if (!input.isMissingNode() && !input.isNull()) {
            plan.input(input);
        }
        if (entry.has("rawInput")) {
            plan.rawInput(raw(text(entry, "rawInput", "")));
        }
        PrepareCommand.save(plan);
    }

    private static byte[] raw(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, "rawInput is not base64");
        }
    }

    private static String text(JsonNode entry, String name, String otherwise) {
        JsonNode value = entry.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isString()) {
            throw new Refusal(ExitCode.USAGE, "\"" + name + "\" is not a string");
        }
        return value.asString();
    }

    private static int integer(JsonNode entry, String name, int otherwise) {
        JsonNode value = entry.path(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new Refusal(ExitCode.USAGE, "\"" + name + "\" is not an int");
        }
        return value.asInt();
    }

    private static boolean flag(JsonNode entry, String name) {
        JsonNode value = entry.path(name);
        if (!value.isMissingNode() && !value.isBoolean()) {
            throw new Refusal(ExitCode.USAGE, "\"" + name + "\" is not true or false");
        }
        return value.asBoolean(false);
    }

    private static Map<String, Object> metadata(JsonNode node) {
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            throw new Refusal(ExitCode.USAGE, "\"metadata\" is not an object");
        }
        Map<String, Object> metadata = new TreeMap<>();
        if (Codec.read(node.isObject() ? node.toString() : "{}", Object.class) instanceof Map<?, ?> given) {
            given.forEach((name, value) -> {
                if (value != null) {
                    metadata.put(String.valueOf(name), value);
                }
            });
        }
        return metadata;
    }
}
