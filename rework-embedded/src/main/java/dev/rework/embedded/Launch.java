package dev.rework.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Starts and stops the server of one home; its caller holds the home's lock. */
final class Launch {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LEFTOVERS = Duration.ofSeconds(10);

    // Below the ports that Linux gives to outgoing connections: one of those could hold ours at the next start.
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;

    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final long LOG_BYTES = 20_000_000;

    private static final String SETTINGS = """
            listen_addresses = '127.0.0.1'
            port = %d
            unix_socket_directories = ''
            max_connections = 200
            password_encryption = 'scram-sha-256'
            """;

    private final Layout layout;

    Launch(Layout layout) {
        this.layout = layout;
    }

    EmbeddedServer start() throws IOException, SQLException {
        Optional<Path> known = layout.data();
        Account account = Account.forData(known.orElse(layout.home().resolve("none")));
        if (known.isEmpty()) {
            layout.settle(account);
        }
        removeHalfMade();
        Binaries binaries = Binaries.under(layout.programs());
        String password = layout.password();
        Path data = known.isPresent() ? known.get() : initialise(binaries, account, password);
        refuseOtherVersion(data, binaries);
        settleProcesses(data, account);
        boolean startedHere = Postmaster.of(data).isEmpty();
        if (startedHere) {
            launch(data, binaries, account);
        }
        int port = awaitReady(data);
        if (port != layout.port()) {
            // A server that a killed starter had begun came first, with the port of before.
            layout.choosePort(port);
        }
        ensureDatabase(port, password);
        try (Connection connection = Session.open(port, password, Session.DATABASE)) {
            return Session.describe(connection, data, port, password, startedHere);
        }
    }

    private Path initialise(Binaries binaries, Account account, String password) throws IOException {
        Path parent = layout.allData();
        Path data = parent.resolve(binaries.major());
        Files.createDirectories(parent);
        account.own(parent);
        Path half = Files.createTempDirectory(parent, "making-");
        account.own(half);
        Path secret = Files.createTempFile(
                parent,
                "secret-",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(secret, password + "\n");
            account.own(secret);
            List<String> command = List.of(
                    binaries.program("initdb").toString(),
                    "--pgdata=" + half,
                    "--username=" + Session.USER,
                    "--auth=scram-sha-256",
                    "--pwfile=" + secret,
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8");
            Account.Ended ended = account.run(command);
            if (ended.exit() != 0) {
                throw new EmbeddedPostgresException("initdb failed in " + parent + ": " + ended.output());
            }
        } finally {
            Files.deleteIfExists(secret);
        }
        Files.writeString(half.resolve("postgresql.conf"), "include 'rework.conf'\n", StandardOpenOption.APPEND);
        Files.move(half, data, StandardCopyOption.ATOMIC_MOVE);
        return data;
    }

    /** What a killed first start left. A later start removes what is still being written. */
    private void removeHalfMade() throws IOException {
        Path all = layout.allData();
        if (!Files.isDirectory(all)) {
            return;
        }
        try (Stream<Path> children = Files.list(all)) {
            for (Path child : children.filter(Launch::isHalfMade).toList()) {
                try {
                    Trees.remove(child);
                } catch (DirectoryNotEmptyException | NoSuchFileException e) {
                    // its initdb is at it
                }
            }
        }
    }

    private static boolean isHalfMade(Path path) {
        return path.getFileName().toString().matches("(making|secret)-.*");
    }

    private void refuseOtherVersion(Path data, Binaries binaries) throws IOException {
        String made = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!made.equals(binaries.major())) {
            throw new EmbeddedPostgresException("the data in " + data + " was made by Postgres " + made
                    + " and this rework brings Postgres " + binaries.version()
                    + "; carry it over with pg_dump from a server of version " + made
                    + ", or move the folder away to start empty");
        }
    }

    /** Ends with a living server, or with none and nothing that would keep a new one from starting. */
    private static void settleProcesses(Path data, Account account) throws IOException {
        Optional<Postmaster> postmaster = Postmaster.of(data);
        if (postmaster.isPresent() && postmaster.get().isStopping()) {
            await(PATIENCE, () -> !isAlive(data));
            postmaster = Postmaster.of(data);
        }
        if (postmaster.isPresent()) {
            return;
        }
        endLeftovers(data, account);
        // Its pid may be another process' by now, or a zombie's: Postgres would take either for a living server.
        Files.deleteIfExists(data.resolve("postmaster.pid"));
    }

    private static void endLeftovers(Path data, Account account) throws IOException {
        List<ProcessHandle> leftovers = Postmaster.workingIn(data, account);
        leftovers.forEach(ProcessHandle::destroyForcibly);
        if (!await(LEFTOVERS, () -> leftovers.stream().noneMatch(ProcessHandle::isAlive))
                && !Postmaster.workingIn(data, account).isEmpty()) {
            throw new EmbeddedPostgresException("processes of a killed Postgres still work in " + data + ": "
                    + leftovers.stream().map(ProcessHandle::pid).toList() + "; end them and start again");
        }
    }

    private void launch(Path data, Binaries binaries, Account account) throws IOException {
        writeSettings(data, account);
        setAsideLongLog();
        List<String> command = new ArrayList<>(pgCtl(binaries.program("pg_ctl"), data));
        command.addAll(List.of("--wait", "--timeout=60", "--log=" + layout.log(), "start"));
        Account.Ended ended = account.run(command);
        if (ended.exit() != 0 && !isAlive(data)) {
            throw new EmbeddedPostgresException(
                    "the embedded Postgres did not start; the end of " + layout.log() + ":\n" + lastWords());
        }
    }

    /** Whole at every moment: a server that a killed starter has begun may be reading them now. */
    private void writeSettings(Path data, Account account) throws IOException {
        Path half = data.resolve("rework.conf.half");
        Files.writeString(half, SETTINGS.formatted(port()));
        account.own(half);
        Files.move(
                half, data.resolve("rework.conf"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private void setAsideLongLog() throws IOException {
        Path log = layout.log();
        if (Files.exists(log) && Files.size(log) > LOG_BYTES) {
            Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private String lastWords() throws IOException {
        Path log = layout.log();
        if (!Files.exists(log)) {
            return "(empty)";
        }
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 8), lines.size()));
    }

    private int port() throws IOException {
        int stored = layout.port();
        if (stored != 0 && isFree(stored)) {
            return stored;
        }
        for (int i = 0; i < 1000; i++) {
            int candidate = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            if (isFree(candidate)) {
                layout.choosePort(candidate);
                return candidate;
            }
        }
        throw new EmbeddedPostgresException("no free port on 127.0.0.1 between 20000 and 32000");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as Postgres does: connections of the last run in TIME_WAIT do not count
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private int awaitReady(Path data) throws IOException {
        boolean ready = await(PATIENCE, () -> {
            Optional<Postmaster> now = find(data);
            return now.isEmpty() || now.get().isReady();
        });
        Optional<Postmaster> now = Postmaster.of(data);
        if (!ready || now.isEmpty()) {
            throw new EmbeddedPostgresException(
                    "the embedded Postgres does not get ready; the end of " + layout.log() + ":\n" + lastWords());
        }
        return now.get().port();
    }

    private static void ensureDatabase(int port, String password) throws SQLException {
        try (Connection connection = Session.open(port, password, "postgres");
                Statement statement = connection.createStatement()) {
            try (var row = statement.executeQuery("select 1 from pg_database where datname = 'rework'")) {
                if (row.next()) {
                    return;
                }
            }
            statement.execute("create database rework");
        }
    }

    /** Stops the server when it runs. */
    static boolean stop(Layout layout) throws IOException {
        Optional<Path> data = layout.data();
        if (data.isEmpty() || !isAlive(data.get())) {
            return false;
        }
        Account account = Account.forData(data.get());
        Path program = Binaries.under(layout.programs()).program("pg_ctl");
        for (String mode : List.of("fast", "immediate")) {
            List<String> command = new ArrayList<>(pgCtl(program, data.get()));
            command.addAll(List.of("--wait", "--timeout=60", "--mode=" + mode, "stop"));
            account.run(command);
            if (!isAlive(data.get())) {
                return true;
            }
        }
        throw new EmbeddedPostgresException(
                "the embedded Postgres in " + data.get() + " does not stop; see " + layout.log());
    }

    private static List<String> pgCtl(Path program, Path data) {
        return List.of(program.toString(), "--silent", "--pgdata=" + data);
    }

    private static boolean isAlive(Path data) {
        return find(data).isPresent();
    }

    private static Optional<Postmaster> find(Path data) {
        try {
            return Postmaster.of(data);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean await(Duration patience, BooleanSupplier condition) {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(10_000_000);
        }
        return true;
    }
}
