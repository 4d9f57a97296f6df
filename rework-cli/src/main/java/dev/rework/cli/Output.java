package dev.rework.cli;

import dev.rework.internal.Codec;
import dev.rework.internal.PlainText;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes what a command found, in the format that was asked for. For one thread; CSV has one header in all. */
public final class Output {
    private final ReworkCommand.Format format;
    private final Palette palette;
    private final PrintStream out;
    private boolean headed;

    Output(ReworkCommand.Format format, Palette palette, PrintStream out) {
        this.format = format;
        this.palette = palette;
        this.out = out;
    }

    /**
     * How one kind of thing is written.
     *
     * @param keys its JSON keys, in order
     * @param values its values by key; times as text, nested ones as maps and lists
     * @param line its line for people
     */
    record Form<T>(List<String> keys, Function<T, Map<String, ?>> values, BiFunction<T, Palette, String> line) {}

    <T> void list(List<T> things, Form<T> form) {
        switch (format) {
            case table -> things.forEach(thing -> out.println(form.line().apply(thing, palette)));
            case json -> out.println(json(things.stream().map(form.values()).toList()));
            case jsonl -> things.forEach(thing -> out.println(json(form.values().apply(thing))));
            case csv -> {
                header(form);
                things.forEach(thing -> out.println(csv(form, thing)));
            }
        }
    }

    <T> void one(T thing, Form<T> form) {
        switch (format) {
            case json, jsonl -> out.println(json(form.values().apply(thing)));
            case table, csv -> list(List.of(thing), form);
        }
    }

    private void header(Form<?> form) {
        if (!headed) {
            out.println(String.join(",", form.keys()));
            headed = true;
        }
    }

    ReworkCommand.Format format() {
        return format;
    }

    Palette palette() {
        return palette;
    }

    /** JSON whose strings reach a terminal harmless: what it must not see raw stands escaped in them. */
    static String json(Object value) {
        String text = Codec.write(value);
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isHarmless(c)) {
                safe.append(c);
            } else {
                safe.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return safe.toString();
    }

    private static boolean isHarmless(char c) {
        return Character.isSurrogate(c)
                || PlainText.shown(String.valueOf(c), false).charAt(0) == c;
    }

    private static <T> String csv(Form<T> form, T thing) {
        Map<String, ?> values = form.values().apply(thing);
        return form.keys().stream().map(key -> cell(values.get(key))).collect(Collectors.joining(","));
    }

    private static String cell(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        String text =
                value instanceof Map || value instanceof List ? json(value) : PlainText.shown(value.toString(), true);
        boolean quoted = text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n') || text.isEmpty();
        return quoted ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }
}
