package dev.rework.worker;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * Configures {@code java.util.logging}, by name, when it is first used: all of it goes to SLF4J. Public for {@link LogManager}
 * alone. The driver's own logging is kept out, since it would load a logging framework before any task needs one.
 */
public final class JulSetup {
    private static final String CONFIGURATION = """
            handlers = org.slf4j.bridge.SLF4JBridgeHandler
            .level = FINE
            java.level = INFO
            javax.level = INFO
            jdk.level = INFO
            sun.level = INFO
            com.sun.level = INFO
            org.postgresql.level = WARNING
            """;

    /** Configures it. */
    public JulSetup() throws IOException {
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(CONFIGURATION.getBytes(StandardCharsets.UTF_8)));
    }
}
