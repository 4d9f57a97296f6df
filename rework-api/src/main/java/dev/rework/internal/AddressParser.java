package dev.rework.internal;

import dev.rework.InvalidAddress;
import dev.rework.internal.DatabaseAddress.Host;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes a database address apart. What is missing from it stays missing here. */
final class AddressParser {
    private static final Pattern SCHEME =
            Pattern.compile("^(jdbc:)?postgres(ql)?:.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** The parts as they were given: {@code parts} under the names of libpq, the rest under the driver's. */
    record Parts(List<Host> hosts, Map<String, String> parts, Map<String, String> properties) {
        @Nullable
        String part(String name) {
            return parts.get(name);
        }
    }

    private AddressParser() {}

    static boolean isAddress(String text) {
        return SCHEME.matcher(text).matches();
    }

    static Parts parse(String text) {
        if (!isAddress(text)) {
            throw new InvalidAddress("not a database address: write postgres://user:password@host:port/database");
        }
        String rest = text.substring(text.indexOf(':', text.regionMatches(true, 0, "jdbc:", 0, 5) ? 5 : 0) + 1);
        Map<String, String> parts = new LinkedHashMap<>();
        Map<String, String> properties = new LinkedHashMap<>();
        List<Host> hosts = new ArrayList<>();
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        String place = question < 0 ? rest : rest.substring(0, question);
        if (query.indexOf('@') >= 0) {
            throw new InvalidAddress("database address: write `?` as %3F in a password, and `@` as %40 in parameters");
        }
        if (!place.startsWith("//") && (place.indexOf('@') >= 0 || !text.regionMatches(true, 0, "jdbc:", 0, 5))) {
            throw new InvalidAddress("not a database address: write postgres://user:password@host:port/database");
        }
        if (place.startsWith("//")) {
            readPlace(place.substring(2), hosts, parts);
        } else if (!place.isEmpty() && !place.equals("/")) {
            parts.put("dbname", decode(place.startsWith("/") ? place.substring(1) : place));
        }
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                readParameter(pair, parts, properties);
            }
        }
        readHosts(parts.remove("host"), parts.remove("port"), hosts);
        return new Parts(List.copyOf(hosts), parts, properties);
    }

    private static void readPlace(String place, List<Host> hosts, Map<String, String> parts) {
        int at = place.lastIndexOf('@');
        String who = at < 0 ? "" : place.substring(0, at);
        String where = place.substring(at + 1);
        int slash = where.indexOf('/');
        if (slash >= 0 && slash < where.length() - 1) {
            parts.put("dbname", decode(where.substring(slash + 1)));
        }
        int colon = who.indexOf(':');
        String user = colon < 0 ? who : who.substring(0, colon);
        if (!user.isEmpty()) {
            parts.put("user", decode(user));
        }
        if (colon >= 0) {
            parts.put("password", decode(who.substring(colon + 1)));
        }
        String places = slash < 0 ? where : where.substring(0, slash);
        if (!places.isEmpty()) {
            for (String host : places.split(",", -1)) {
                hosts.add(host(host));
            }
        }
    }

    private static Host host(String text) {
        int colon = text.lastIndexOf(':');
        boolean port = colon >= 0 && text.indexOf(']', colon) < 0;
        String name = decode(port ? text.substring(0, colon) : text);
        return new Host(checked(name), port ? port(text.substring(colon + 1)) : Host.UNSAID);
    }

    /** Hosts and ports given apart, each a comma separated list, as in libpq's parameters; what is said already stays. */
    static void readHosts(@Nullable String names, @Nullable String ports, List<Host> hosts) {
        if (names != null && !names.isEmpty() && hosts.isEmpty()) {
            for (String name : names.split(",", -1)) {
                hosts.add(new Host(checked(name), Host.UNSAID));
            }
        }
        if (ports == null || ports.isEmpty()) {
            return;
        }
        String[] each = ports.split(",", -1);
        if (hosts.isEmpty()) {
            hosts.add(new Host("localhost", Host.UNSAID));
        }
        for (int i = 0; i < hosts.size(); i++) {
            if (hosts.get(i).port() == Host.UNSAID) {
                hosts.set(i, new Host(hosts.get(i).name(), port(each[Math.min(i, each.length - 1)])));
            }
        }
    }

    private static String checked(String host) {
        if (host.startsWith("/") || host.startsWith("@")) {
            throw new InvalidAddress("database address: the socket `" + host + "` cannot be used, give host and port");
        }
        if (!host.matches("[^\\s/?#,\\\\]*") || host.startsWith("[") != host.endsWith("]")) {
            throw new InvalidAddress("database address: there is a host name that is none");
        }
        return host.isEmpty() ? "localhost" : host;
    }

    private static int port(String text) {
        if (text.isEmpty()) {
            return Host.UNSAID;
        }
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > 65535) {
            // Not shown: with an unescaped ':' or '@' in a password this is a piece of it.
            throw new InvalidAddress("database address: the port is not a number from 1 to 65535");
        }
        return Integer.parseInt(text);
    }

    private static void readParameter(String pair, Map<String, String> parts, Map<String, String> properties) {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
            throw new InvalidAddress("database address: a parameter is not written name=value");
        }
        put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)), parts, properties);
    }

    /** Files a parameter under its part or the driver's name; throws when it is not allowed. */
    static void put(String name, String value, Map<String, String> parts, Map<String, String> properties) {
        String part = AddressParameters.PARTS.get(name.toLowerCase(Locale.ROOT));
        if (part != null) {
            parts.putIfAbsent(part, value);
            return;
        }
        String known = AddressParameters.driverName(name);
        properties.putIfAbsent(known, AddressParameters.driverValue(known, value));
    }

    /** Percent-decoding alone: unlike in forms, a plus sign stands for itself. */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return harmless(text);
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                decoded.put(bytes[i]);
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw new InvalidAddress("database address: `%` is not followed by two hex digits; write it %25");
            }
            decoded.put((byte) (high * 16 + low));
            i += 2;
        }
        try {
            return harmless(
                    StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString());
        } catch (CharacterCodingException e) {
            throw new InvalidAddress("database address: what is percent-encoded in it is not UTF-8");
        }
    }

    private static String harmless(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new InvalidAddress("database address: there is a NUL in it");
        }
        return text;
    }

    static String encode(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '~')) {
                out.append(c);
            } else {
                out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }
}
