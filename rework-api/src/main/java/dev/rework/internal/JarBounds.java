package dev.rework.internal;

import dev.rework.InvalidOperation;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Refuses an archive before anybody reads it whole: one whose class files inflate beyond all measure, or whose entries have
 * names that lead out of it. Only what registering reads is inflated, and thrown away.
 */
final class JarBounds {
    /** Bytes of one entry that is read. No class file can be that large in earnest. */
    static final long ENTRY = 16L << 20;

    /** What all of them may inflate to, whatever the size of the jar. */
    static final long TOTAL = 64L << 20;

    /** How many times its own size a jar may inflate to, when that is more. */
    static final int RATIO = 100;

    private final String name;
    private final long most;
    private long left;

    private JarBounds(String name, long size) {
        this.name = name;
        this.most = Math.max(TOTAL, size * RATIO);
        this.left = most;
    }

    /** Throws InvalidOperation that names the entry. */
    static void demand(String name, long size, ZipFile jar) throws IOException {
        JarBounds bounds = new JarBounds(name, size);
        byte[] buffer = new byte[1 << 16];
        for (ZipEntry entry : Collections.list(jar.entries())) {
            bounds.demandName(entry.getName());
            if (isRead(entry)) {
                bounds.inflate(jar, entry, buffer);
            }
        }
    }

    private static boolean isRead(ZipEntry entry) {
        String lower = entry.getName().toLowerCase(Locale.ROOT);
        return lower.endsWith(".class") || entry.getName().equals(JarFile.MANIFEST_NAME);
    }

    private void demandName(String entry) {
        if (entry.startsWith("/")
                || entry.indexOf('\\') >= 0
                || List.of(entry.split("/", -1)).contains("..")) {
            throw refusal("has an entry `" + PlainText.shown(entry, false) + "`, which leads out of it");
        }
    }

    private void inflate(ZipFile jar, ZipEntry entry, byte[] buffer) throws IOException {
        long bytes = 0;
        try (InputStream in = jar.getInputStream(entry)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                bytes += n;
                left -= n;
                if (bytes > ENTRY || left < 0) {
                    throw refusal("inflates beyond " + (bytes > ENTRY ? ENTRY : most) + " bytes, at entry `"
                            + PlainText.shown(entry.getName(), false) + "`");
                }
            }
        }
    }

    private InvalidOperation refusal(String problem) {
        return new InvalidOperation(List.of(name + " " + problem + ": it is not read"));
    }
}
