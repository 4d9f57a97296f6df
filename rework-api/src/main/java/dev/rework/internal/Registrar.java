package dev.rework.internal;

import dev.rework.Registered;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The whole of {@code register-operations}: scan, check, write rows, write the index of this host. */
public final class Registrar {
    private Registrar() {}

    /**
     * How to register.
     *
     * @param domain only operations of this domain; null for all
     * @param asDomain register them under this domain instead of their own
     * @param classpath what compilation and workers need besides
     */
    public record Options(
            String host, @Nullable String domain, @Nullable String asDomain, List<Path> classpath, ReworkHome home) {}

    /** Checks everything before it writes anything; throws {@code InvalidOperation} with all problems at once. */
    public static Registered register(DataSource database, Path path, Options options) {
        throw new UnsupportedOperationException();
    }
}
