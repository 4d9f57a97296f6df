package dev.rework.internal;

import java.nio.file.Path;

/** The folder of this user's {@code rework} files: {@code $REWORK_HOME}, else {@code ~/.local/share/rework}. */
public record ReworkHome(Path path) {
    /** The one of this process's environment. Creates nothing. */
    public static ReworkHome current() {
        throw new UnsupportedOperationException();
    }

    /** A folder below it, made on the way, 0700. */
    public Path folder(String first, String... more) {
        throw new UnsupportedOperationException();
    }
}
