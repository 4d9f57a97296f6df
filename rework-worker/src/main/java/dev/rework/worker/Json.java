package dev.rework.worker;

import dev.rework.internal.PlainText;

/** The one piece of JSON a worker writes without the codec, which loads Jackson. */
final class Json {
    private Json() {}

    /** A JSON string of harmless text. */
    static String string(String text) {
        String clean = PlainText.clean(text);
        StringBuilder json = new StringBuilder(clean.length() + 2).append('"');
        for (int i = 0; i < clean.length(); i++) {
            char c = clean.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20) {
                json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }
}
