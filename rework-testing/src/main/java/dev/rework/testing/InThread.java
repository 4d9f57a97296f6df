package dev.rework.testing;

import dev.rework.Task;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Invocation;
import dev.rework.internal.Redaction;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.SecretInput;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Head;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import dev.rework.internal.db.TaskQueue;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks in the thread that asks, so that breakpoints, mocks and coverage of a test work in an operation: claimed, called
 * and settled as by a worker, without its process. Nothing is captured, nothing can be killed, an error is not retried. Not
 * for several threads at once.
 */
public final class InThread implements AutoCloseable {

    private static final String WORKER = """
            insert into rework.worker (host, domain, tag, state, lease, pid, started)
            values (?, ?, ?, 'idle', clock_timestamp() + interval '1 day', ?, clock_timestamp())
            returning id
            """;

    private static final String SERVED = """
            select o.id, o.name, i.id
              from rework.operation o
              join rework.registration r on r.operation = o.id and r.host = ? and r.retired_at is null
             cross join rework.installation i
             where o.domain = ?
            """;

    private static final String ALIVE = """
            select from rework.worker w
             where w.id = ? and w.finished is null
            """;

    private static final String DEAD = """
            update rework.worker w
               set state = 'dead', finished = clock_timestamp(), deathinfo = 'explicit shutdown'
             where w.id = ? and w.finished is null
            """;

    private final DatabaseAddress address;
    private final ReworkHome home;
    private final String domain;
    private final Invocation invocation;
    private final SecretKeys secrets;
    private @Nullable Connection connection;
    private long worker;

    InThread(DatabaseAddress address, ReworkHome home, String domain) {
        this.address = address;
        this.home = home;
        this.domain = domain;
        this.secrets = SecretKeys.of(Map.of(), home);
        this.invocation = new Invocation(InThread.class.getClassLoader());
    }

    /** Runs queued tasks, in the order workers would, until none is left; answers how many. */
    public int runAll() {
        int count = 0;
        while (runNext()) {
            count++;
        }
        return count;
    }

    /** Runs queued tasks until this one has ended, and returns it. */
    public <O> Task<O> run(Task<O> task) {
        while (!task.state().isFinal()) {
            if (!runNext()) {
                throw new AssertionError("nothing is queued here, and task " + task.id() + " is " + task.state());
            }
        }
        return task;
    }

    /** Runs the next queued task, if there is one. */
    public boolean runNext() {
        try {
            Connection open = connected();
            TaskQueue queue = new TaskQueue(open, worker);
            Map<Lane, RegistrationIndex.Entry> served = served(open);
            List<Lane> lanes = List.copyOf(served.keySet());
            List<Head> heads = queue.heads(lanes, Collections.nCopies(lanes.size(), Place.FIRST));
            if (heads.isEmpty()) {
                return false;
            }
            Lane lane = heads.get(0).lane();
            List<Claim> claims =
                    queue.turn(List.of(), new Ask(lane, Place.FIRST, 1), false).claims();
            for (Claim claim : claims) {
                Claim whole = claim.large() ? queue.inputs(claim) : claim;
                RegistrationIndex.Entry entry = served.get(lane);
                if (whole != null && entry != null) {
                    queue.turn(List.of(call(queue, whole, entry)), null, true);
                }
            }
            return !claims.isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot run a task in this thread: " + e.getMessage(), e);
        }
    }

    private Outcome call(TaskQueue queue, Claim claim, RegistrationIndex.Entry entry) {
        long began = System.nanoTime();
        ThreadContext context = new ThreadContext(claim, entry, address, secrets, queue);
        Redaction redaction = Redaction.NONE;
        String output = null;
        Throwable thrown = null;
        try {
            SecretInput.Opened opened =
                    new SecretInput(secrets, domain, entry.name()).open(entry.inputs(), claim.input());
            redaction = opened.redaction();
            context.opened(opened.json());
            output = invocation.call(entry, opened.json(), claim.rawInput(), context, context);
        } catch (Throwable e) { // as in a worker: whatever a user's method throws is its outcome
            thrown = e;
        } finally {
            context.close();
        }
        String trace = thrown == null ? null : redaction.apply(trace(thrown));
        return new Outcome(
                claim.id(),
                claim.attempt(),
                thrown == null,
                redaction.applyToJson(output == null ? context.output() : output),
                context.rawOutput(),
                trace,
                thrown == null ? null : redaction.apply(thrown.toString()),
                began,
                System.nanoTime(),
                0,
                0,
                -1);
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    private Map<Lane, RegistrationIndex.Entry> served(Connection open) throws SQLException {
        Map<Lane, RegistrationIndex.Entry> served = new LinkedHashMap<>();
        try (PreparedStatement statement = open.prepareStatement(SERVED)) {
            statement.setString(1, ReworkLab.HOST);
            statement.setString(2, domain);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID installation = rows.getObject(3, UUID.class);
                    RegistrationIndex index =
                            RegistrationIndex.read(RegistrationIndex.file(home, installation, ReworkLab.HOST, domain));
                    RegistrationIndex.Entry entry = index.find(rows.getString(2));
                    if (entry != null) {
                        served.put(new Lane(rows.getLong(1), ""), entry);
                        served.put(new Lane(rows.getLong(1), ReworkLab.HOST), entry);
                    }
                }
            }
        }
        return served;
    }

    private Connection connected() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = address.dataSource("in-thread").getConnection();
            connection = open;
        }
        if (!isAlive(open)) {
            try (PreparedStatement statement = open.prepareStatement(WORKER)) {
                statement.setString(1, ReworkLab.HOST);
                statement.setString(2, domain);
                statement.setObject(3, UUID.randomUUID());
                statement.setInt(4, (int) ProcessHandle.current().pid());
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    worker = row.getLong(1);
                }
            }
        }
        return open;
    }

    /** A monitor that the test started too finds no process for the row, and declares it dead. */
    private boolean isAlive(Connection open) throws SQLException {
        try (PreparedStatement statement = open.prepareStatement(ALIVE)) {
            statement.setLong(1, worker);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Ends the row it works under. */
    @Override
    public void close() throws SQLException {
        invocation.close();
        Connection open = connection;
        if (open != null) {
            connection = null;
            try (open;
                    PreparedStatement statement = open.prepareStatement(DEAD)) {
                statement.setLong(1, worker);
                statement.executeUpdate();
            }
        }
    }
}
