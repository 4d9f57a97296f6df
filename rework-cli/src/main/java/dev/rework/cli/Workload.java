package dev.rework.cli;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What {@code rework doctor} finds about tasks, those who should run them, and what slows them down. */
final class Workload {
    private static final String SILENT = """
            select m.id, m.pid || '@' || m.host, m.domain, date_trunc('second', m.seen)::text
              from rework.monitor m
             where m.ended is null and m.lease < clock_timestamp()
             order by m.id
             limit 20
            """;

    private static final String LIVE = """
            select coalesce(string_agg(m.domain || ' on ' || m.host, ', ' order by m.id), '')
              from rework.monitor m
             where m.ended is null and m.lease >= clock_timestamp()
            """;

    /** One probe per operation, however many tasks wait. */
    private static final String UNSERVED = """
            select o.name, o.domain, exists (select from rework.registration r
                                              where r.operation = o.id and r.retired_at is null) as registered
              from rework.operation o
             where (select true from rework.task t where t.ready and t.operation = o.id limit 1)
               and not exists (select
                                 from rework.registration r
                                 join rework.monitor m on m.host = r.host and m.domain = o.domain
                                where r.operation = o.id and r.retired_at is null
                                  and m.ended is null and m.lease >= clock_timestamp())
             order by o.domain, o.name
             limit 20
            """;

    /** Steps from one wanted host to the next along the index of ready tasks. */
    private static final String LONELY_HOSTS = """
            with recursive wanted (operation, host) as (
              select o.id, (select min(t.host) from rework.task t
                             where t.ready and t.operation = o.id and t.host > '')
                from rework.operation o
              union all
              select w.operation, (select min(t.host) from rework.task t
                                    where t.ready and t.operation = w.operation and t.host > w.host)
                from wanted w
               where w.host is not null
            )
            select w.host, o.name, o.domain, s.registered
              from wanted w
              join rework.operation o on o.id = w.operation
             cross join lateral (
               select exists (select from rework.registration r
                               where r.operation = o.id and r.host = w.host and r.retired_at is null) as registered,
                      exists (select from rework.monitor m
                               where m.host = w.host and m.domain = o.domain
                                 and m.ended is null and m.lease >= clock_timestamp()) as watched
             ) s
             where w.host is not null and not (s.registered and s.watched)
             order by w.host, o.name
             limit 20
            """;

    /** Domains with something registered and no live monitor anywhere. */
    private static final String UNWATCHED = """
            select o.domain, count(distinct o.id), string_agg(distinct r.host, ', ')
              from rework.operation o
              join rework.registration r on r.operation = o.id and r.retired_at is null
             where not exists (select from rework.monitor m
                                where m.domain = o.domain and m.ended is null and m.lease >= clock_timestamp())
             group by o.domain
             order by o.domain
             limit 20
            """;

    /** Live monitors whose host has registered nothing of their domain. */
    private static final String IDLE = """
            select m.id, m.host, m.domain
              from rework.monitor m
             where m.ended is null and m.lease >= clock_timestamp()
               and not exists (select from rework.registration r
                                 join rework.operation o on o.id = r.operation
                                where r.host = m.host and o.domain = m.domain and r.retired_at is null)
             order by m.id
             limit 20
            """;

    /** Tasks whose time has come and that nobody has queued: monitors do that. At most a thousand are looked at. */
    private static final String OVERDUE = """
            select o.domain, count(*), min(t.run_at)::text
              from (select operation, run_at
                      from rework.task
                     where waiting and run_at < clock_timestamp() - interval '30 seconds'
                     order by run_at
                     limit 1000) t
              join rework.operation o on o.id = t.operation
             group by o.domain
             order by o.domain
            """;

    private static final String HOLDERS = """
            select a.pid, coalesce(a.application_name, ''), (clock_timestamp() - a.xact_start)::text
              from pg_catalog.pg_stat_activity a
             where a.backend_xmin is not null and a.pid <> pg_backend_pid()
               and a.xact_start < clock_timestamp() - interval '5 minutes'
             order by a.xact_start
             limit 20
            """;

    private final Connection connection;
    private final Shell shell;
    private final List<Finding> findings = new ArrayList<>();

    Workload(Connection connection, Shell shell) {
        this.connection = connection;
        this.shell = shell;
    }

    List<Finding> findings() throws SQLException {
        monitors();
        domains();
        unserved();
        overdue();
        lonelyHosts();
        holders();
        return List.copyOf(findings);
    }

    private void monitors() throws SQLException {
        String live = rows(LIVE, 1).get(0).get(0);
        findings.add(
                live.isEmpty()
                        ? Finding.note(
                                "monitors", "none runs", "rework monitor, on a host that has operations registered")
                        : Finding.ok("monitors", live));
        for (List<String> row : rows(SILENT, 4)) {
            findings.add(Finding.problem(
                    "stale monitor",
                    "monitor " + row.get(0) + " (" + row.get(1) + ", domain " + row.get(2) + ") was last seen "
                            + row.get(3),
                    "look at that host; another `rework monitor` there for this domain takes over"));
        }
    }

    private void domains() throws SQLException {
        for (List<String> row : rows(UNWATCHED, 3)) {
            findings.add(Finding.note(
                    "domain",
                    "no monitor of domain " + row.get(0) + " runs; operations it has registered: " + row.get(1),
                    "rework monitor --domain " + row.get(0) + ", on one of: " + row.get(2)));
        }
        for (List<String> row : rows(IDLE, 3)) {
            findings.add(Finding.problem(
                    "host",
                    "monitor " + row.get(0) + " runs on " + row.get(1)
                            + ", which has registered no operation of domain " + row.get(2),
                    "rework register-operations PATH --host " + row.get(1) + ", there"));
        }
    }

    private void unserved() throws SQLException {
        List<List<String>> rows = rows(UNSERVED, 3);
        for (List<String> row : rows) {
            String operation = "`" + row.get(0) + "` (domain " + row.get(1) + ")";
            boolean registered = row.get(2).equals("t");
            findings.add(Finding.problem(
                    "operation",
                    registered
                            ? "tasks of " + operation + " wait, and no monitor runs where it is registered"
                            : "tasks of " + operation + " wait, and no host has it registered any more",
                    registered
                            ? "rework monitor --domain " + row.get(1) + ", on one of: " + hosts(row)
                            : "rework register-operations PATH, or rework vacuum --tasks --queued --domain "
                                    + row.get(1)));
        }
        if (rows.isEmpty()) {
            findings.add(Finding.ok("operations", "every one with waiting tasks is served"));
        }
    }

    private void overdue() throws SQLException {
        for (List<String> row : rows(OVERDUE, 3)) {
            findings.add(Finding.problem(
                    "overdue",
                    row.get(1) + " tasks of domain " + row.get(0) + " are due, since " + row.get(2)
                            + ", and no monitor has queued them",
                    "rework monitor --domain " + row.get(0)));
        }
    }

    private String hosts(List<String> operation) throws SQLException {
        try (var query = connection.prepareStatement("""
                select r.host from rework.registration r
                  join rework.operation o on o.id = r.operation
                 where o.name = ? and o.domain = ? and r.retired_at is null
                 order by r.host
                 limit 5
                """)) {
            query.setString(1, operation.get(0));
            query.setString(2, operation.get(1));
            try (ResultSet row = query.executeQuery()) {
                return all(row, 1).stream().map(one -> one.get(0)).collect(Collectors.joining(", "));
            }
        }
    }

    private void lonelyHosts() throws SQLException {
        for (List<String> row : rows(LONELY_HOSTS, 4)) {
            String host = row.get(0);
            boolean registered = row.get(3).equals("t");
            findings.add(Finding.problem(
                    "host",
                    "tasks of `" + row.get(1) + "` wait for host " + host + ", "
                            + (registered
                                    ? "where no monitor of domain " + row.get(2) + " runs"
                                    : "which has not registered it"),
                    (registered
                                    ? "rework monitor --domain " + row.get(2) + " on " + host
                                    : "rework register-operations PATH --host " + host + ", there")
                            + (host.equals(shell.host(null)) ? " (this host)" : "")));
        }
    }

    private void holders() throws SQLException {
        List<List<String>> rows = rows(HOLDERS, 3);
        for (List<String> row : rows) {
            findings.add(Finding.problem(
                    "old snapshot",
                    "session " + row.get(0) + " (" + row.get(1) + ") holds a snapshot for " + row.get(2)
                            + ": nothing dead is cleaned up meanwhile",
                    "end it: select pg_terminate_backend(" + row.get(0) + ")"));
        }
        if (rows.isEmpty()) {
            findings.add(Finding.ok("old snapshots", "none"));
        }
    }

    private List<List<String>> rows(String sql, int columns) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return all(row, columns);
        }
    }

    private static List<List<String>> all(ResultSet row, int columns) throws SQLException {
        List<List<String>> all = new ArrayList<>();
        while (row.next()) {
            List<String> one = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                one.add(row.getString(i));
            }
            all.add(one);
        }
        return all;
    }
}
