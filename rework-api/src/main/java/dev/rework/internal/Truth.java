package dev.rework.internal;

import tools.jackson.databind.JsonNode;

/** True or false. */
record Truth() implements Shape {
    @Override
    public void check(JsonNode value, String path, SchemaCheck check) {
        if (!value.isBoolean()) {
            check.wrong(path, value, "is not true or false");
        }
    }

    @Override
    public JsonNode typed(String text) {
        String word = text.strip();
        if (!word.equalsIgnoreCase("true") && !word.equalsIgnoreCase("false")) {
            throw new IllegalArgumentException(SchemaCheck.quote(text) + " is not true or false");
        }
        return NODES.booleanNode(word.equalsIgnoreCase("true"));
    }

    @Override
    public String formType() {
        return "boolean";
    }
}
