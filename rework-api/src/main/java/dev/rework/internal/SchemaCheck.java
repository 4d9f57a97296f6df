package dev.rework.internal;

import dev.rework.Moment;
import dev.rework.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One walk over a value: what was found wrong, and the definitions it may need. */
final class SchemaCheck {
    private static final int MOST = 50;
    private static final int SHOWN = 60;

    private final Map<String, Shape> definitions;
    private final List<Problem> problems = new ArrayList<>();
    private @Nullable String unseen;
    private final Map<String, Moment> moments = new LinkedHashMap<>();

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
            problems.add(
                    unseen == null
                            ? new Problem(path, what)
                            : new Problem(unseen, "what was given as this secret does not fit its type"));
        }
    }

    /** What is found wrong meanwhile is not quoted, neither it nor where in it, and told once. */
    void unseen(String path, Runnable check) {
        String before = unseen;
        int count = problems.size();
        unseen = before == null ? path : before;
        check.run();
        unseen = before;
        while (problems.size() > count + 1) {
            problems.remove(problems.size() - 1);
        }
    }

    /** A moment was met. A secret one is not kept. */
    void moment(String path, String text) {
        if (unseen == null) {
            moments.put(path, Moment.of(text));
        }
    }

    Map<String, Moment> moments() {
        return moments;
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
