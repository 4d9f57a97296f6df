package dev.rework.internal.db;

import dev.rework.internal.Declared;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.generic.GenericType;
import org.jspecify.annotations.Nullable;

/** Table {@code operation}: what may be run. Threads may share it. */
public final class OperationStore {
    private static final String FIND = """
            select o.id, o.domain, o.name, o.inputs, o.outputs, o.priority,
                   array(
                     select r.host
                     from rework.registration r
                     where r.operation = o.id
                       and r.retired_at is null
                     order by r.host
                   ) hosts
            from rework.operation o
            where o.name = :name
              and (cast(:domain as text) is null or o.domain = :domain)
            order by o.domain
            """;
    // An operation that nobody serves any more is only worth showing while tasks wait for it.
    private static final String LIST_NEWEST = """
            select o.id, o.name, o.domain, r.host, r.path, o.timeout_ms, o.inputs, o.outputs, o.description
            from rework.operation o
            left join rework.registration r on r.operation = o.id and r.retired_at is null
            where (cast(:domain as text) is null or o.domain = :domain)
              and (cast(:host as text) is null or r.host = :host)
              and (cast(:name as text) is null or o.name = :name)
              and (r.id is not null
                   or exists (select from rework.task t where t.operation = o.id and t.ready))
            order by o.id desc, r.host desc
            limit :limit
            """;
    private static final String LIST_AFTER = """
            select o.id, o.name, o.domain, r.host, r.path, o.timeout_ms, o.inputs, o.outputs, o.description
            from rework.operation o
            left join rework.registration r on r.operation = o.id and r.retired_at is null
            where o.id > :after
              and (cast(:domain as text) is null or o.domain = :domain)
              and (cast(:host as text) is null or r.host = :host)
              and (cast(:name as text) is null or o.name = :name)
              and (r.id is not null
                   or exists (select from rework.task t where t.operation = o.id and t.ready))
            order by o.id, r.host
            limit :limit
            """;
    private static final String NAMES = """
            select distinct o.domain, o.name
            from rework.operation o
            join rework.registration r on r.operation = o.id and r.retired_at is null
            order by o.domain, o.name
            limit 2000
            """;
    private static final String UPSERT = """
            insert into rework.operation as o
              (domain, name, description, inputs, outputs, timeout_ms, grace_ms,
               retries, backoff_ms, max_backoff_ms, on_crash, priority)
            values
              (:domain, :name, :description, cast(:inputs as json), cast(:outputs as json), :timeout, :grace,
               :retries, :backoff, :maxBackoff, :onCrash, :priority)
            on conflict (domain, name) do update
            set description = excluded.description,
                inputs = excluded.inputs,
                outputs = excluded.outputs,
                timeout_ms = excluded.timeout_ms,
                grace_ms = excluded.grace_ms,
                retries = excluded.retries,
                backoff_ms = excluded.backoff_ms,
                max_backoff_ms = excluded.max_backoff_ms,
                on_crash = excluded.on_crash,
                priority = excluded.priority
            returning o.id
            """;
    private static final int MOST_NEAR = 3;

    private final Jdbi jdbi;

    public OperationStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** An operation, and the hosts that have it registered. */
    public record Found(
            long id,
            String domain,
            String name,
            @Nullable String inputs,
            @Nullable String outputs,
            int priority,
            List<String> hosts) {}

    /** An operation on a host, as {@code list-operations} shows it; without a host when nobody serves it any more. */
    public record Listed(
            long id,
            String name,
            String domain,
            @Nullable String host,
            @Nullable String path,
            @Nullable Duration timeout,
            @Nullable String inputs,
            @Nullable String outputs,
            String description) {}

    /** Which to list: the newest when {@code after} is 0, else those with the next ids above it. */
    public record Filter(
            @Nullable String domain,
            @Nullable String host,
            @Nullable String name,
            int limit,
            long after) {}

    /** All operations of a name, in one domain or in any. */
    public List<Found> find(String name, @Nullable String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(FIND)
                .bind("name", name)
                .bind("domain", domain)
                .map((row, context) -> found(row))
                .list());
    }

    private static Found found(ResultSet row) throws SQLException {
        Array hosts = row.getArray("hosts");
        return new Found(
                row.getLong("id"),
                row.getString("domain"),
                row.getString("name"),
                row.getString("inputs"),
                row.getString("outputs"),
                row.getInt("priority"),
                Arrays.asList((String[]) hosts.getArray()));
    }

    /** Newest last. */
    public List<Listed> list(Filter filter) {
        List<Listed> rows = jdbi.withHandle(handle -> handle.createQuery(filter.after() > 0 ? LIST_AFTER : LIST_NEWEST)
                .bindMethods(filter)
                .map((row, context) -> listed(row))
                .collectInto(new GenericType<ArrayList<Listed>>() {}));
        if (filter.after() <= 0) {
            Collections.reverse(rows);
        }
        return rows;
    }

    private static Listed listed(ResultSet row) throws SQLException {
        long timeout = row.getLong("timeout_ms");
        return new Listed(
                row.getLong("id"),
                row.getString("name"),
                row.getString("domain"),
                row.getString("host"),
                row.getString("path"),
                timeout == 0 ? null : Duration.ofMillis(timeout),
                row.getString("inputs"),
                row.getString("outputs"),
                row.getString("description"));
    }

    /** Known names near to a wrong one, best first, as {@code domain/name}. */
    public List<String> near(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        int farthest = Math.max(2, wanted.length() / 3);
        record Near(String name, int distance) {}
        return jdbi
                .withHandle(handle -> handle.createQuery(NAMES)
                        .map((row, context) -> new Near(
                                row.getString("domain") + "/" + row.getString("name"),
                                distance(wanted, row.getString("name").toLowerCase(Locale.ROOT))))
                        .list())
                .stream()
                .filter(near -> near.distance() <= farthest)
                .sorted(Comparator.comparingInt(Near::distance))
                .limit(MOST_NEAR)
                .map(Near::name)
                .toList();
    }

    /** How many characters to insert, delete or change. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        Arrays.setAll(above, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }

    /** Inserts or updates one; the row stays locked until the transaction ends. */
    static long upsert(Handle transaction, Declared declared) {
        Duration timeout = declared.timeout();
        return transaction
                .createQuery(UPSERT)
                .bind("domain", declared.domain())
                .bind("name", declared.entry().name())
                .bind("description", declared.description())
                .bind("inputs", declared.entry().inputs())
                .bind("outputs", declared.entry().outputs())
                .bind("timeout", timeout == null ? null : timeout.toMillis())
                .bind("grace", declared.grace().toMillis())
                .bind("retries", declared.retry().retries())
                .bind("backoff", declared.retry().backoff().toMillis())
                .bind("maxBackoff", declared.retry().maxBackoff().toMillis())
                .bind("onCrash", declared.retry().onCrash().name())
                .bind("priority", declared.priority())
                .mapTo(Long.class)
                .one();
    }
}
