package dev.rework.monitor;

import dev.rework.Operation;

/** Cannot be initialised. */
public final class BrokenDeeds {

    private static final String CONFIGURATION = configuration();

    private BrokenDeeds() {}

    private static String configuration() {
        throw new IllegalStateException("no configuration");
    }

    @Operation(domain = "deeds")
    public static String needsConfiguration() {
        return CONFIGURATION;
    }
}
