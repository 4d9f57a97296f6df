package dev.rework.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One numbered step of the schema.
 *
 * @param version counts from 1 without gaps
 * @param name of its file
 * @param sql the whole step, run in one transaction
 */
record Migration(int version, String name, String sql) {

    private static final List<String> FILES = List.of(
            "0001_the_house.sql",
            "0002_what_is_kept.sql",
            "0003_security.sql",
            "0004_who_waits_for_whom.sql",
            "0005_earlier_rows.sql",
            "0006_sane_rows.sql",
            "0007_sane_rows_all.sql",
            "0008_one_session.sql");

    /** All of them, in order. */
    static final List<Migration> ALL = FILES.stream().map(Migration::read).toList();

    /** The version this program works with. */
    static final int NEWEST = ALL.get(ALL.size() - 1).version();

    private static Migration read(String file) {
        return new Migration(Integer.parseInt(file.substring(0, 4)), file, text(file));
    }

    static String text(String file) {
        try (InputStream in = Migration.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("no resource " + file + " beside " + Migration.class.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
