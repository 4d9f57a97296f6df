package dev.rework.cli;

import dev.rework.InvalidInput;
import dev.rework.internal.Codec;
import dev.rework.internal.InputSchema;
import dev.rework.internal.Limits;
import dev.rework.internal.db.OperationStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a task or plan is given: JSON, fields one by one, a JSON file, or bytes as they are; and metadata. */
final class InputOptions {
    private static final Pattern FIELD = Pattern.compile("([A-Za-z_][A-Za-z0-9_.-]*)=(.*)", Pattern.DOTALL);

    @Option(
            names = "--input",
            paramLabel = "JSON|K=V",
            description = "The input as JSON, or one field of it; K=V may be repeated.")
    List<String> inputs = List.of();

    @Option(names = "--input-file", paramLabel = "FILE", description = "The input as JSON in a file; - for stdin.")
    @Nullable
    String inputFile;

    @Option(names = "--raw-file", paramLabel = "FILE", description = "Bytes to hand over as they are; - for stdin.")
    @Nullable
    String rawFile;

    @Option(
            names = "--secret",
            paramLabel = "FIELD=FILE",
            description = "One field whose text is in a file, for what must not stand in arguments; - for stdin.")
    List<String> secrets = List.of();

    @Option(names = "--metadata", paramLabel = "K=V", description = "Something to attach to the task; may be repeated.")
    List<String> metadata = List.of();

    /** Refuses more than one way of giving an input. */
    void demandOne() {
        int ways = (inputs.isEmpty() ? 0 : 1) + (inputFile == null ? 0 : 1) + (rawFile == null ? 0 : 1);
        if (inputFile != null && !secrets.isEmpty()) {
            throw new Refusal(ExitCode.USAGE, "--secret goes with --input K=V: an --input-file holds all of it");
        }
        if (ways > 1) {
            throw new Refusal(ExitCode.USAGE, "give one of --input, --input-file and --raw-file");
        }
    }

    /** The JSON text, null when none was given; fields are converted by the operation's schema. */
    @Nullable
    String json(Shell shell, OperationStore operations, String operation, @Nullable String domain) throws IOException {
        if (inputFile != null) {
            return checked(new String(bytes(shell, inputFile), StandardCharsets.UTF_8), inputFile);
        }
        if (inputs.isEmpty() && secrets.isEmpty()) {
            return null;
        }
        if (inputs.stream().allMatch(input -> FIELD.matcher(input).matches())) {
            return fields(shell, operations, operation, domain);
        }
        if (!secrets.isEmpty()) {
            throw new Refusal(
                    ExitCode.USAGE, "--secret goes with --input K=V; JSON with secrets in a file: --input-file");
        }
        if (inputs.size() > 1) {
            throw new Refusal(ExitCode.USAGE, "--input may be repeated only as K=V");
        }
        return checked(inputs.get(0), "--input");
    }

    /** The bytes, null when none were given. */
    byte @Nullable [] raw(Shell shell) throws IOException {
        return rawFile == null ? null : bytes(shell, rawFile);
    }

    Map<String, String> metadata() {
        return pairs("--metadata", metadata);
    }

    private String fields(Shell shell, OperationStore operations, String operation, @Nullable String domain)
            throws IOException {
        Map<String, String> values = pairs("--input", inputs);
        for (Map.Entry<String, String> secret : pairs("--secret", secrets).entrySet()) {
            String text = new String(bytes(shell, secret.getValue()), StandardCharsets.UTF_8);
            values.put(secret.getKey(), text.replaceFirst("\\R$", ""));
        }
        List<OperationStore.Found> found = operations.find(operation, domain);
        OperationStore.Found meant = found.stream()
                .filter(one -> found.size() == 1 || one.domain().equals("default"))
                .findFirst()
                .orElse(null);
        InputSchema schema = meant == null ? null : InputSchema.parse(meant.inputs());
        try {
            return schema == null ? Codec.write(values) : schema.fromStrings(values);
        } catch (InvalidInput e) {
            throw new InvalidInput(operation, e.problems());
        }
    }

    private static Map<String, String> pairs(String option, List<String> texts) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            Matcher matcher = FIELD.matcher(text);
            if (!matcher.matches()) {
                throw new Refusal(ExitCode.USAGE, option + " must be K=V, not `" + text + "`");
            }
            if (pairs.put(matcher.group(1), matcher.group(2)) != null) {
                throw new Refusal(ExitCode.USAGE, option + " gives `" + matcher.group(1) + "` twice");
            }
        }
        return pairs;
    }

    private static String checked(String json, String where) {
        try {
            return Codec.verbatim(json);
        } catch (InvalidInput e) {
            throw new Refusal(
                    ExitCode.USAGE,
                    where + " is " + e.problems().get(0).message(),
                    "text needs quotes of its own: --input '\"hello\"'");
        }
    }

    private static byte[] bytes(Shell shell, String file) throws IOException {
        return shell.read(file, Limits.INPUT);
    }
}
