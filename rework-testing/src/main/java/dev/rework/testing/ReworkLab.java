package dev.rework.testing;

import dev.rework.Registered;
import dev.rework.Rework;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.ClientPool;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.SecretKeys;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A database, a home folder and everything that works on them, for one test class; what {@link ReworkTest} injects. To be
 * used without JUnit too: open, register, use, close. Not for several threads at once.
 */
public final class ReworkLab implements AutoCloseable {

    /** The host name everything in a lab runs as. */
    public static final String HOST = "lab";

    private final TestDatabase database;
    private final ReworkHome home;
    private final Rework rework;
    private final TestClock clock = new TestClock();
    private final TestMonitor monitor;
    private final InThread inThread;

    private ReworkLab(TestDatabase database, ReworkHome home, String domain) {
        this.database = database;
        this.home = home;
        SecretKeys secrets = SecretKeys.of(Map.of(), home);
        secrets.add();
        this.rework = Rework.open(ClientPool.options(address()).with(secrets));
        this.monitor = new TestMonitor(address(), home, domain, clock);
        this.inThread = new InThread(address(), home, domain);
    }

    /**
     * A fresh database with the schema, and nothing registered.
     *
     * @param name part of the database's name, to be recognised
     * @param domain what the monitor and the thread serve
     */
    public static ReworkLab open(String name, String domain) throws SQLException, IOException {
        TestDatabase database = new TestDatabase().create(name);
        return new ReworkLab(database, new ReworkHome(Files.createTempDirectory("rework-lab")), domain);
    }

    /** Registers the operations of the jar or folder this class comes from, for this lab's host. */
    public Registered register(Class<?> operations) {
        try {
            Path source = Path.of(operations
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return register(source);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("where does " + operations + " come from?", e);
        }
    }

    /** Registers a jar, a folder of classes or one {@code .java} file, for this lab's host. */
    public Registered register(Path path) {
        return Registrar.register(
                database.dataSource(), path, new Registrar.Options(HOST, null, null, testClasspath(), home));
    }

    /** The class path of this JVM: what the test sees, its operations see in their workers. */
    private static List<Path> testClasspath() {
        String[] entries = System.getProperty("java.class.path", "").split(java.io.File.pathSeparator);
        return Stream.of(entries)
                .filter(entry -> !entry.isBlank())
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    /** A client. */
    public Rework rework() {
        return rework;
    }

    /** The monitor, not started before its first step. */
    public TestMonitor monitor() {
        return monitor;
    }

    /** Runs tasks in the calling thread. */
    public InThread inThread() {
        return inThread;
    }

    /** The clock of the monitor's duties. */
    public TestClock clock() {
        return clock;
    }

    /** The database's address, with its password. */
    public String url() {
        return database.url();
    }

    /** The database, for looking behind the scenes. */
    public TestDatabase database() {
        return database;
    }

    private DatabaseAddress address() {
        return DatabaseAddress.parse(database.url());
    }

    /** Kills the workers, drops the database, deletes the folder. */
    @Override
    public void close() throws SQLException, IOException {
        monitor.close();
        inThread.close();
        rework.close();
        database.drop();
        try (Stream<Path> files = Files.walk(home.path())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
