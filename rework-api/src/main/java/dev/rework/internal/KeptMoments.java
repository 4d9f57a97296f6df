package dev.rework.internal;

import dev.rework.Moment;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the moments of a task's input mean, as the JSON that is stored with the task. */
public final class KeptMoments {
    private KeptMoments() {}

    /** As an object of their paths. */
    public static String write(Map<String, Moment> moments) {
        Map<String, String> texts = new LinkedHashMap<>();
        moments.forEach((path, moment) -> texts.put(path, moment.at().toString()));
        return Codec.write(texts);
    }

    /** The same moments with what was stored for them; where nothing was, as they are. */
    public static Map<String, Moment> read(String json, Map<String, Moment> moments) {
        Map<String, Moment> kept = new LinkedHashMap<>(moments);
        Codec.parse(json)
                .forEachEntry((path, text) -> kept.computeIfPresent(
                        path, (same, moment) -> moment.fixed(ZonedDateTime.parse(text.asString("")))));
        return kept;
    }
}
