package dev.rework.internal.db;

import dev.rework.Registered;
import dev.rework.internal.Declared;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.jspecify.annotations.Nullable;

/** Table {@code registration}: which host serves which operation. Threads may share it. */
public final class RegistrationStore {
    private static final String INSTALLATION = """
            select id
            from rework.installation
            """;
    // The operation's row, locked before, makes concurrent ones of the same wait: so each is new once.
    private static final String UPSERT = """
            with before as (
              select r.id
              from rework.registration r
              where r.operation = :operation
                and r.host = :host
                and r.retired_at is null
            )
            insert into rework.registration as r
              (operation, host, class_name, method_name, path, sha256)
            values
              (:operation, :host, :class, :method, :path, :sha256)
            on conflict (operation, host) do update
            set class_name = excluded.class_name,
                method_name = excluded.method_name,
                path = excluded.path,
                sha256 = excluded.sha256,
                seen_at = clock_timestamp(),
                retired_at = null
            returning not exists (select from before) added
            """;
    private static final String RETIRE_REST = """
            update rework.registration r
            set retired_at = clock_timestamp()
            from rework.operation o
            where o.id = r.operation
              and r.host = :host
              and r.path = :path
              and r.retired_at is null
              and o.domain = any(:domains)
              and r.operation <> all(:kept)
            """;
    private static final String DOMAINS = """
            select distinct o.domain
            from rework.registration r
            join rework.operation o on o.id = r.operation
            where r.host = :host
              and r.path = :path
              and r.retired_at is null
            """;
    private static final String FIND = """
            select r.id, r.operation, o.name, o.domain, r.path, r.host
            from rework.registration r
            join rework.operation o on o.id = r.operation
            where o.name = :name
              and r.retired_at is null
              and (cast(:domain as text) is null or o.domain = :domain)
              and (cast(:path as text) is null or r.path like :path)
              and (cast(:host as text) is null or r.host = :host)
            order by o.domain, r.path, r.host
            """;
    private static final String TASKS_IN_THE_WAY = """
            select t.id
            from rework.registration r
            join rework.task t on t.operation = r.operation and (t.ready or t.waiting)
            where r.id = any(:registrations)
              and (t.host = r.host
                   or t.host = ''
                      and not exists (
                        select
                        from rework.registration other
                        where other.operation = r.operation
                          and other.retired_at is null
                          and other.id <> all(:registrations)
                      ))
            group by t.id
            order by t.id
            limit :limit
            """;
    private static final String RETIRE = """
            update rework.registration
            set retired_at = clock_timestamp()
            where id = any(:registrations)
              and retired_at is null
            returning id
            """;
    private static final int MOST_TASKS = 100;

    private final Jdbi jdbi;

    public RegistrationStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** One live registration. */
    public record Row(long id, long operation, String name, String domain, String path, String host) {}

    /**
     * What one path declares on a host.
     *
     * @param domains those in which this path's other registrations are to be retired
     */
    public record Batch(String host, String path, String sha256, List<Declared> operations, Set<String> domains) {}

    /** Which database this is, whatever address led here. */
    public UUID installation() {
        return jdbi.withHandle(
                handle -> handle.createQuery(INSTALLATION).mapTo(UUID.class).one());
    }

    /** The domains in which a path is registered on a host now. */
    public List<String> domains(String host, String path) {
        return jdbi.withHandle(handle -> handle.createQuery(DOMAINS)
                .bind("host", host)
                .bind("path", path)
                .mapTo(String.class)
                .list());
    }

    /**
     * Inserts or updates the operations and their registrations, and retires what the path no longer declares, in one
     * transaction; tasks are never touched. Leaves an audit row. Safe to run concurrently.
     *
     * @param beforeCommit runs last; when it throws, nothing happened
     */
    public Registered register(Batch batch, Runnable beforeCommit) {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, handle -> {
            List<Declared> ordered = new ArrayList<>(batch.operations());
            // One order for all, or two of them could wait for each other.
            ordered.sort(Comparator.comparing(Declared::domain)
                    .thenComparing(declared -> declared.entry().name()));
            int added = 0;
            List<Long> kept = new ArrayList<>();
            for (Declared declared : ordered) {
                long operation = OperationStore.upsert(handle, declared);
                kept.add(operation);
                added += upsert(handle, batch, operation, declared) ? 1 : 0;
                PlanStore.declare(handle, operation, declared.plan());
            }
            handle.createUpdate(RETIRE_REST)
                    .bind("host", batch.host())
                    .bind("path", batch.path())
                    .bindArray("domains", String.class, batch.domains())
                    .bindArray("kept", Long.class, kept)
                    .execute();
            PlanStore.undeclareRetired(handle);
            Audit.record(
                    handle,
                    "register",
                    "host " + batch.host(),
                    batch.path() + ": " + added + " new, " + (ordered.size() - added) + " known");
            beforeCommit.run();
            return new Registered(added, ordered.size() - added);
        });
    }

    private static boolean upsert(Handle handle, Batch batch, long operation, Declared declared) {
        return handle.createQuery(UPSERT)
                .bind("operation", operation)
                .bind("host", batch.host())
                .bind("class", declared.entry().className())
                .bind("method", declared.entry().methodName())
                .bind("path", batch.path())
                .bind("sha256", batch.sha256())
                .mapTo(Boolean.class)
                .one();
    }

    /** Live registrations of a name; {@code path} is an SQL LIKE pattern. */
    public List<Row> find(String name, @Nullable String domain, @Nullable String path, @Nullable String host) {
        return jdbi.withHandle(handle -> handle.createQuery(FIND)
                .bind("name", name)
                .bind("domain", domain)
                .bind("path", path)
                .bind("host", host)
                .map((row, context) -> row(row))
                .list());
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getLong("operation"),
                row.getString("name"),
                row.getString("domain"),
                row.getString("path"),
                row.getString("host"));
    }

    /** Queued and scheduled tasks that would wait in vain if these were retired, oldest first, at most 100. */
    public List<Long> tasksInTheWay(List<Row> rows) {
        return jdbi.withHandle(handle -> handle.createQuery(TASKS_IN_THE_WAY)
                .bindArray("registrations", Long.class, ids(rows))
                .bind("limit", MOST_TASKS)
                .mapTo(Long.class)
                .list());
    }

    /** Retires them: the rows stay, tasks are not touched; an audit row each. Answers how many were live. */
    public int retire(List<Row> rows) {
        return jdbi.inTransaction(TransactionIsolationLevel.READ_COMMITTED, handle -> {
            Set<Long> retired = handle.createQuery(RETIRE)
                    .bindArray("registrations", Long.class, ids(rows))
                    .mapTo(Long.class)
                    .set();
            for (Row row : rows) {
                if (retired.contains(row.id())) {
                    String target = "operation " + row.operation() + " on host " + row.host();
                    Audit.record(handle, "unregister", target, row.name() + " in " + row.domain() + ": " + row.path());
                }
            }
            PlanStore.undeclareRetired(handle);
            return retired.size();
        });
    }

    private static Collection<Long> ids(List<Row> rows) {
        return rows.stream().map(Row::id).toList();
    }
}
