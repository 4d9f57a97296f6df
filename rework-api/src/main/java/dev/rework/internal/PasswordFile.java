package dev.rework.internal;

import dev.rework.InvalidAddress;
import dev.rework.internal.DatabaseAddress.Host;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A password file of libpq: lines of {@code host:port:database:user:password}, where {@code *} matches anything. */
final class PasswordFile {
    private static final Set<PosixFilePermission> OPEN = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private PasswordFile() {}

    /** The password of the first line that fits; null without one. A file that others may read is refused. */
    static @Nullable String find(Path file, List<Host> hosts, String database, String user) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            return null;
        }
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                List<String> fields = line.startsWith("#") ? List.of() : fields(line);
                if (fields.size() == 5 && fits(fields, hosts.get(0), database, user)) {
                    refuseWhenOpen(file);
                    return fields.get(4);
                }
            }
            return null;
        } catch (IOException e) {
            throw new InvalidAddress("cannot read the password file " + file);
        }
    }

    /** The password that a file holds and nothing else; the end of its line does not count. */
    static String whole(Path file) {
        try {
            refuseWhenOpen(file);
            String text = Files.readString(file, StandardCharsets.UTF_8).replaceFirst("\\R$", "");
            if (!text.isEmpty() && text.indexOf('\n') < 0) {
                return text;
            }
        } catch (IOException e) {
            throw new InvalidAddress("cannot read the password file " + file);
        }
        throw new InvalidAddress("the password file " + file + " does not hold one line");
    }

    private static void refuseWhenOpen(Path file) throws IOException {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
            if (OPEN.contains(permission)) {
                throw new InvalidAddress("the password file " + file + " may be read by others: chmod 600 it");
            }
        }
    }

    private static boolean fits(List<String> fields, Host host, String database, String user) {
        return fits(fields.get(0), host.name())
                && fits(fields.get(1), String.valueOf(host.port()))
                && fits(fields.get(2), database)
                && fits(fields.get(3), user);
    }

    private static boolean fits(String pattern, String value) {
        return pattern.equals("*") || pattern.equals(value);
    }

    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && i + 1 < line.length()) {
                field.append(line.charAt(++i));
            } else if (c == ':' && fields.size() < 4) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        fields.add(field.toString());
        return fields;
    }
}
