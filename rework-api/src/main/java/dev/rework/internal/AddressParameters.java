package dev.rework.internal;

import dev.rework.InvalidAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * The parameters an address may carry. An allow-list, for some of the driver's name classes to load; libpq's names are
 * taken besides the driver's.
 */
final class AddressParameters {
    /** Names of parts of the address itself, as libpq and the driver's own URLs carry them. */
    static final Map<String, String> PARTS = Map.of(
            "user", "user",
            "password", "password",
            "host", "host",
            "port", "port",
            "dbname", "dbname",
            "service", "service",
            "pooler", "pooler",
            "pgbouncer", "pooler",
            "listen", "listen",
            "listen_db", "listen_db");

    private static final String[] DRIVERS = {
        "sslmode",
        "ssl",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "sslpassword",
        "sslNegotiation",
        "channelBinding",
        "requireAuth",
        "gssEncMode",
        "ApplicationName",
        "connectTimeout",
        "loginTimeout",
        "socketTimeout",
        "tcpKeepAlive",
        "targetServerType",
        "loadBalanceHosts",
        "hostRecheckSeconds",
        "prepareThreshold",
        "options"
    };
    private static final Map<String, String> LIBPQ = Map.ofEntries(
            Map.entry("application_name", "ApplicationName"),
            Map.entry("fallback_application_name", "ApplicationName"),
            Map.entry("connect_timeout", "connectTimeout"),
            Map.entry("keepalives", "tcpKeepAlive"),
            Map.entry("target_session_attrs", "targetServerType"),
            Map.entry("load_balance_hosts", "loadBalanceHosts"),
            Map.entry("channel_binding", "channelBinding"),
            Map.entry("require_auth", "requireAuth"),
            Map.entry("gssencmode", "gssEncMode"),
            Map.entry("sslnegotiation", "sslNegotiation"));
    private static final Map<String, String> SESSION_ATTRIBUTES = Map.of(
            "any", "any",
            "read-write", "primary",
            "primary", "primary",
            "read-only", "secondary",
            "standby", "secondary",
            "prefer-standby", "preferSecondary");
    private static final List<String> SSL_MODES =
            List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
    private static final Map<String, String> ALLOWED = allowed();

    private AddressParameters() {}

    private static Map<String, String> allowed() {
        Map<String, String> all = new LinkedHashMap<>(LIBPQ);
        for (String name : DRIVERS) {
            all.put(name.toLowerCase(Locale.ROOT), name);
        }
        return Map.copyOf(all);
    }

    /** The driver's name of a parameter; throws when it is not allowed. */
    static String driverName(String given) {
        String name = ALLOWED.get(given.toLowerCase(Locale.ROOT));
        if (name == null) {
            TreeSet<String> known = new TreeSet<>(ALLOWED.values());
            throw new InvalidAddress("database address: parameter `" + given + "` is not allowed; allowed are "
                    + String.join(", ", known) + ", pooler, service");
        }
        return name;
    }

    /** The driver's value for a libpq or driver value. */
    static String driverValue(String driverName, String value) {
        if (driverName.equals("sslmode") && !SSL_MODES.contains(value)) {
            throw new InvalidAddress("database address: sslmode must be one of " + String.join(", ", SSL_MODES)
                    + ", not `" + value + "`");
        }
        if (driverName.equals("targetServerType")) {
            return SESSION_ATTRIBUTES.getOrDefault(value, value);
        }
        if (driverName.equals("tcpKeepAlive") || driverName.equals("loadBalanceHosts")) {
            return switch (value) {
                case "1", "random" -> "true";
                case "0", "disable" -> "false";
                default -> value;
            };
        }
        return value;
    }
}
