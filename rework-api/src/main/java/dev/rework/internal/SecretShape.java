package dev.rework.internal;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Something that only a running operation may see: sealed, or as it was given. Nothing that is said about it quotes it. */
record SecretShape(Shape of) implements Shape {
    /** The one key of an object that stands for a sealed value. */
    static final String SEALED = "$secret";

    /** In a schema. */
    static final String KEYWORD = "x-secret";

    static final String MASK = "***";

    static boolean isSealed(JsonNode value) {
        return value.isObject() && value.size() == 1 && value.path(SEALED).isString();
    }

    static ObjectNode sealed(String text) {
        return NODES.objectNode().put(SEALED, text);
    }

    static String text(JsonNode sealed) {
        return sealed.path(SEALED).asString("");
    }

    @Override
    public void check(JsonNode value, String path, SchemaCheck check) {
        if (!isSealed(value)) {
            check.unseen(path, () -> of.check(value, path, check));
        }
    }

    @Override
    public JsonNode typed(String text) {
        try {
            return of.typed(text);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("what was given as this secret is no " + of.formType());
        }
    }

    @Override
    public JsonNode complete(JsonNode value, SchemaCheck check) {
        return isSealed(value) ? value : of.complete(value, check);
    }

    @Override
    public String formType() {
        return of.formType();
    }
}
