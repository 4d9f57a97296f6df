package dev.rework.embedded;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * A Postgres of the user's own, for when none is configured: durable (fsync on), on 127.0.0.1 only, with
 * {@code scram-sha-256} and a random password, and shared by every process that names the same home. It is detached: it
 * survives the process that started it, a {@code kill -9} included, until {@link #stop}. Not for production.
 *
 * <p>Threads and processes may share a home; a file lock is held while one of them starts or stops the server. Every
 * method may block on files and processes; {@link #start} the longest, when it unpacks and initialises (seconds).
 * Trouble is an {@link EmbeddedPostgresException} that names what to do.
 */
public final class EmbeddedPostgres {

    private final Path home;

    private EmbeddedPostgres(Path home) {
        this.home = home.toAbsolutePath().normalize();
    }

    /** The one that lives in a folder, which need not exist yet. Touches nothing. */
    public static EmbeddedPostgres at(Path home) {
        return new EmbeddedPostgres(home);
    }

    /** Finds it running, or unpacks, initialises and starts it as far as needed; it takes connections on return. */
    public EmbeddedServer start() {
        Binaries.archive();
        try {
            Layout layout = Layout.in(home);
            Optional<EmbeddedServer> running = running(layout);
            if (running.isPresent()) {
                return running.get();
            }
            return HomeLock.during(layout.home(), () -> {
                Optional<EmbeddedServer> meanwhile = running(layout);
                return meanwhile.isPresent() ? meanwhile.get() : new Launch(layout).start();
            });
        } catch (IOException | SQLException e) {
            throw trouble("cannot start the embedded Postgres in " + home, e);
        }
    }

    /**
     * Ends it: sessions are cut, nothing committed is lost.
     *
     * @return whether it was running
     */
    public boolean stop() {
        if (!Files.isDirectory(home)) {
            return false;
        }
        try {
            Layout layout = Layout.in(home);
            return HomeLock.during(layout.home(), () -> Launch.stop(layout));
        } catch (IOException | SQLException e) {
            throw trouble("cannot stop the embedded Postgres in " + home, e);
        }
    }

    /** Where it stands, from its files and its process. */
    public EmbeddedStatus status() {
        try {
            if (!Files.isDirectory(home)) {
                return new EmbeddedStatus(EmbeddedStatus.State.ABSENT, home, 0, 0);
            }
            Layout layout = Layout.in(home);
            Optional<Path> data = layout.data();
            if (data.isEmpty()) {
                return new EmbeddedStatus(EmbeddedStatus.State.ABSENT, home, 0, layout.port());
            }
            Optional<Postmaster> postmaster = Postmaster.of(data.get());
            if (postmaster.isEmpty()) {
                return new EmbeddedStatus(EmbeddedStatus.State.STOPPED, data.get(), 0, layout.port());
            }
            Postmaster p = postmaster.get();
            EmbeddedStatus.State state = p.isReady() ? EmbeddedStatus.State.RUNNING : EmbeddedStatus.State.STARTING;
            return new EmbeddedStatus(state, data.get(), p.pid(), p.port());
        } catch (IOException e) {
            throw trouble("cannot look at " + home, e);
        }
    }

    /**
     * The address of database {@code rework}, password included, whether it runs or not.
     *
     * @throws EmbeddedPostgresException when it was never started in this home
     */
    public String url() {
        try {
            Layout layout = Layout.in(home);
            Optional<String> password = layout.knownPassword();
            int port = layout.port();
            if (password.isEmpty() || port == 0) {
                throw new EmbeddedPostgresException(
                        "no embedded Postgres in " + home + " yet; start it with: rework db start");
            }
            return Session.url(port, password.get(), Session.DATABASE);
        } catch (IOException e) {
            throw trouble("cannot look at " + home, e);
        }
    }

    /**
     * Copies the running server's data, while it works, into a new folder that a Postgres of the same version starts
     * from: put in the place of the data folder it restores everything committed before this returned.
     *
     * @param into must not exist yet
     */
    public void backup(Path into) {
        EmbeddedStatus status = status();
        if (status.state() != EmbeddedStatus.State.RUNNING) {
            throw new EmbeddedPostgresException(
                    "the embedded Postgres in " + home + " does not run; start it with: rework db start");
        }
        try {
            String password = Layout.in(home).password();
            try (Connection connection = Session.open(status.port(), password, Session.DATABASE)) {
                Session.describe(connection, status.data(), status.port(), password, false);
                Backup.take(connection, status.data(), into.toAbsolutePath().normalize());
            }
        } catch (IOException | SQLException e) {
            throw trouble("cannot back up " + status.data(), e);
        }
    }

    private static EmbeddedPostgresException trouble(String what, Exception e) {
        if (e instanceof AccessDeniedException denied) {
            return new EmbeddedPostgresException(
                    what + ": " + denied.getFile() + " belongs to another user; run this as that user, or name another"
                            + " folder with REWORK_HOME",
                    e);
        }
        if (e instanceof SQLException refused && "28P01".equals(refused.getSQLState())) {
            return new EmbeddedPostgresException(
                    what + ": its password is not the one in file password there; put that file back, or move the"
                            + " folder away to start empty",
                    e);
        }
        return new EmbeddedPostgresException(what + ": " + e.getMessage(), e);
    }

    private static Optional<EmbeddedServer> running(Layout layout) throws IOException {
        Optional<Path> data = layout.data();
        Optional<String> password = layout.knownPassword();
        Optional<Postmaster> postmaster = data.isPresent() ? Postmaster.of(data.get()) : Optional.empty();
        if (password.isEmpty() || postmaster.isEmpty() || !postmaster.get().isReady()) {
            return Optional.empty();
        }
        int port = postmaster.get().port();
        try (Connection connection = Session.open(port, password.get(), Session.DATABASE)) {
            return Optional.of(Session.describe(connection, data.get(), port, password.get(), false));
        } catch (SQLException e) {
            return Optional.empty(); // not ours, or its first start is not over: looked at again under the lock
        }
    }
}
