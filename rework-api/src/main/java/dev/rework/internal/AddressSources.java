package dev.rework.internal;

import dev.rework.InvalidAddress;
import dev.rework.internal.DatabaseAddress.Host;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where an address, or what an address leaves out, is looked for: environment and files.
 *
 * @param environment variables
 * @param folder the current directory
 * @param home the user's
 * @param user the operating system's name for the user
 */
record AddressSources(Map<String, String> environment, Path folder, Path home, String user) {
    private static final Map<String, String> PG_VARIABLES = Map.ofEntries(
            Map.entry("PGSSLMODE", "sslmode"),
            Map.entry("PGSSLROOTCERT", "sslrootcert"),
            Map.entry("PGSSLCERT", "sslcert"),
            Map.entry("PGSSLKEY", "sslkey"),
            Map.entry("PGSSLNEGOTIATION", "sslnegotiation"),
            Map.entry("PGAPPNAME", "application_name"),
            Map.entry("PGCONNECT_TIMEOUT", "connect_timeout"),
            Map.entry("PGTARGETSESSIONATTRS", "target_session_attrs"),
            Map.entry("PGLOADBALANCEHOSTS", "load_balance_hosts"),
            Map.entry("PGCHANNELBINDING", "channel_binding"),
            Map.entry("PGREQUIREAUTH", "require_auth"),
            Map.entry("PGGSSENCMODE", "gssencmode"),
            Map.entry("PGOPTIONS", "options"));

    static AddressSources current() {
        return new AddressSources(
                System.getenv(),
                Path.of(""),
                Path.of(System.getenv().getOrDefault("HOME", System.getProperty("user.home", ""))),
                System.getProperty("user.name", "postgres"));
    }

    Optional<DatabaseAddress> resolve(@Nullable String given) {
        if (given != null && !given.isBlank()) {
            return Optional.of(addressOrName(given.strip(), "", Set.of()));
        }
        String ours = variable("REWORK_DB");
        if (ours != null) {
            return Optional.of(addressOrName(ours, "REWORK_DB", Set.of("REWORK_DB")));
        }
        Optional<DatabaseAddress> preset = ConfigFile.preset(configFiles())
                .map(entry -> read(entry.value(), entry.file().toString(), Set.of()));
        if (preset.isPresent()) {
            return preset;
        }
        String url = variable("DATABASE_URL");
        if (url != null && AddressParser.isAddress(url)) {
            return Optional.of(read(url, "DATABASE_URL", Set.of("DATABASE_URL")));
        }
        for (String name : List.of("PGHOST", "PGDATABASE", "PGSERVICE")) {
            if (variable(name) != null) {
                return Optional.of(read("postgresql://", name, Set.of()));
            }
        }
        return Optional.empty();
    }

    /** The address or name that a variable holds. */
    Optional<DatabaseAddress> ofVariable(String name) {
        String value = variable(name);
        return value == null ? Optional.empty() : Optional.of(addressOrName(value, name, Set.of(name)));
    }

    /** The address that a configuration file has under this name. */
    Optional<ConfigFile.Entry> named(String name) {
        return ConfigFile.find(configFiles(), name);
    }

    private DatabaseAddress addressOrName(String text, String origin, Set<String> secrets) {
        if (AddressParser.isAddress(text)) {
            return read(text, origin, secrets);
        }
        // Nothing of it is shown: it may be an address, or a connection string of libpq's, with a password.
        if (text.contains("://") || text.contains("@") || text.contains("=")) {
            throw new InvalidAddress("not a Postgres address: write postgres://user:password@host:port/database");
        }
        ConfigFile.Entry entry = named(text)
                .orElseThrow(() -> new InvalidAddress("`" + text + "` is neither a Postgres address nor a name in the"
                        + " [dburi] section of "
                        + configFiles().stream().map(Path::toString).collect(Collectors.joining(" or "))));
        return read(entry.value(), entry.file().toString(), secrets);
    }

    /** An address, completed as psql would. */
    DatabaseAddress read(String text, String origin, Set<String> secretVariables) {
        AddressParser.Parts given = AddressParser.parse(text);
        Map<String, String> parts = new LinkedHashMap<>(given.parts());
        Map<String, String> properties = new LinkedHashMap<>(given.properties());
        List<Host> hosts = new ArrayList<>(given.hosts());
        Set<String> secrets = new LinkedHashSet<>(secretVariables);
        String service = parts.getOrDefault("service", variable("PGSERVICE"));
        if (service != null) {
            ConfigFile.service(serviceFiles(), service)
                    .forEach((name, value) -> AddressParser.put(name, value, parts, properties));
        }
        PG_VARIABLES.forEach((variable, name) -> {
            String value = variable(variable);
            if (value != null) {
                AddressParser.put(name, value, parts, properties);
            }
        });
        String host = parts.getOrDefault("host", variable("PGHOST"));
        String port = parts.getOrDefault("port", variable("PGPORT"));
        AddressParser.readHosts(host, port == null ? String.valueOf(Host.PORT) : port, hosts);
        String who = first(parts.get("user"), variable("PGUSER"), user);
        String database = first(parts.get("dbname"), variable("PGDATABASE"), who);
        return new DatabaseAddress(new DatabaseAddress.Parts(
                List.copyOf(hosts),
                database,
                who,
                password(parts, hosts, database, who, secrets),
                Map.copyOf(properties),
                flag(parts.get("pooler")),
                "off".equalsIgnoreCase(first(parts.get("listen"), variable("REWORK_LISTEN"), "on")),
                listenElsewhere(parts, secrets),
                origin,
                Set.copyOf(secrets)));
    }

    private @Nullable String password(
            Map<String, String> parts, List<Host> hosts, String database, String who, Set<String> secrets) {
        String given = parts.get("password");
        if (given != null) {
            return given;
        }
        String alone = variable("REWORK_PASSWORD_FILE");
        if (alone != null) {
            return PasswordFile.whole(folder.resolve(alone));
        }
        String variable = variable("PGPASSWORD");
        if (variable != null) {
            secrets.add("PGPASSWORD");
            return variable;
        }
        String named = variable("PGPASSFILE");
        Path file = named != null ? folder.resolve(named) : home.resolve(".pgpass");
        return PasswordFile.find(file, hosts, database, who);
    }

    private @Nullable DatabaseAddress listenElsewhere(Map<String, String> parts, Set<String> secrets) {
        String given = parts.get("listen_db");
        String variable = variable("REWORK_LISTEN_DB");
        String text = given != null ? given : variable;
        if (text == null) {
            return null;
        }
        if (given == null) {
            secrets.add("REWORK_LISTEN_DB");
        }
        Map<String, String> without = new LinkedHashMap<>(environment);
        without.remove("REWORK_LISTEN_DB");
        return new AddressSources(without, folder, home, user).read(text, "REWORK_LISTEN_DB", Set.of());
    }

    private static boolean flag(@Nullable String value) {
        if (value == null) {
            return false;
        }
        return switch (value) {
            case "true", "1", "on", "yes", "" -> true;
            case "false", "0", "off", "no" -> false;
            default -> throw new InvalidAddress("database address: pooler is true or false, not `" + value + "`");
        };
    }

    private static String first(@Nullable String given, @Nullable String variable, String otherwise) {
        if (given != null && !given.isEmpty()) {
            return given;
        }
        return variable != null ? variable : otherwise;
    }

    private @Nullable String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    private List<Path> configFiles() {
        List<Path> files = new ArrayList<>();
        String named = variable("REWORKCFGPATH");
        if (named != null) {
            files.add(folder.resolve(named));
        }
        files.add(folder.resolve("rework.cfg"));
        files.add(home.resolve("rework.cfg"));
        return files;
    }

    private List<Path> serviceFiles() {
        List<Path> files = new ArrayList<>();
        String named = variable("PGSERVICEFILE");
        files.add(named != null ? folder.resolve(named) : home.resolve(".pg_service.conf"));
        String system = variable("PGSYSCONFDIR");
        if (system != null) {
            files.add(Path.of(system, "pg_service.conf"));
        }
        return files.stream().filter(Files::isRegularFile).toList();
    }
}
