package dev.rework.cli;

import dev.rework.Plan;
import dev.rework.internal.Codec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The JSON file of exported plans. */
final class PlanFile {
    static final String PATH = "rework.sched";
    private static final String FORMAT = "rework-plans";

    private PlanFile() {}

    static String write(List<Plan> plans) {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("format", FORMAT);
        file.put("version", 1);
        file.put("plans", plans.stream().map(PlanFile::entry).toList());
        return Codec.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(file) + "\n";
    }

    private static Map<String, @Nullable Object> entry(Plan plan) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("operation", plan.operation());
        entry.put("domain", plan.domain());
        entry.put("host", plan.host());
        entry.put("rule", plan.rule());
        entry.put("zone", plan.zone().getId());
        String input = plan.input();
        entry.put("input", input == null ? null : Codec.parse(input));
        byte[] raw = plan.rawInput();
        if (raw != null) {
            entry.put("rawInput", Base64.getEncoder().encodeToString(raw));
        }
        entry.put("metadata", plan.metadata());
        entry.put("missed", TaskForm.lower(plan.missed()));
        entry.put("missedMax", plan.missedMax());
        entry.put("overlap", TaskForm.lower(plan.overlap()));
        entry.put("jitter", plan.jitter().toString());
        entry.put("paused", plan.paused());
        return entry;
    }

    /** The entries of a file; refuses what is no export of ours. */
    static List<JsonNode> read(String path, String text) {
        JsonNode file;
        try {
            file = Codec.parse(text);
        } catch (dev.rework.InvalidInput e) {
            throw wrong(path, e.getMessage());
        }
        if (!file.path("format").asString("").equals(FORMAT)
                || !file.path("plans").isArray()) {
            throw wrong(path, "its \"format\" is not \"" + FORMAT + "\"");
        }
        if (file.path("version").asInt(0) != 1) {
            throw wrong(path, "only version 1 is known, not " + file.path("version"));
        }
        List<JsonNode> entries = new ArrayList<>();
        file.path("plans").forEach(entries::add);
        return entries;
    }

    private static Refusal wrong(String path, @Nullable String why) {
        return new Refusal(
                ExitCode.USAGE,
                path + " holds no exported plans: " + why,
                "rework export-scheduled writes such a file");
    }
}
