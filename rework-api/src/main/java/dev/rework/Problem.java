package dev.rework;

/**
 * One thing wrong with a value: where it stands in it and what was expected there.
 *
 * @param path where: {@code sizes[2].width}; empty for the whole value
 * @param message what is wrong, readable after the path
 */
public record Problem(String path, String message) {
    @Override
    public String toString() {
        return path.isEmpty() ? message : path + ": " + message;
    }
}
