package dev.rework.internal;

import dev.rework.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One walk over a value: what was found wrong, and the definitions it may need. */
final class SchemaCheck {
    private static final int MOST = 50;
    private static final int SHOWN = 60;

    private final Map<String, Shape> definitions;
    private final List<Problem> problems = new ArrayList<>();

    SchemaCheck(Map<String, Shape> definitions) {
        this.definitions = definitions;
    }

    Shape definition(String name) {
        return definitions.getOrDefault(name, new Shape.Anything());
    }

    int count() {
        return problems.size();
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    void wrong(String path, JsonNode value, String what) {
        wrong(path, shown(value.toString()) + " " + what);
    }

    void wrong(String path, String what) {
        if (problems.size() < MOST) {
            problems.add(new Problem(path, what));
        }
    }

    static String below(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    static String quote(String text) {
        return shown(Shape.NODES.stringNode(text).toString());
    }

    private static String shown(String json) {
        return PlainText.shown(json.length() <= SHOWN ? json : json.substring(0, SHOWN) + "…", false);
    }
}
