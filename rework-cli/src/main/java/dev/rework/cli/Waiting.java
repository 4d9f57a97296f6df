package dev.rework.cli;

import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Why tasks that are queued, or due, wait in vain: nobody has their operation registered, or no monitor runs where it is. */
final class Waiting {
    private static final String LOOK = """
            select t.id, o.domain, t.host, r.hosts, r.live
              from rework.task t
              join rework.operation o on o.id = t.operation
              cross join lateral (
                select coalesce(string_agg(g.host, ', ' order by g.host), '') as hosts,
                       count(*) filter (where exists (select from rework.monitor m
                                                       where m.host = g.host and m.domain = o.domain
                                                         and m.ended is null
                                                         and m.lease >= clock_timestamp())) as live
                  from rework.registration g
                 where g.operation = o.id and g.retired_at is null and t.host in ('', g.host)
              ) r
             where t.id = any (?) and (t.ready or t.run_at < clock_timestamp() - interval '5 seconds') and r.live = 0
            """;

    private Waiting() {}

    /** In words, by the ids of the tasks concerned; most often there are none. */
    static Map<Long, String> inVain(DataSource connections, List<TaskSnapshot> tasks) throws SQLException {
        Long[] queued = tasks.stream()
                .filter(task -> task.state() == TaskState.QUEUED || task.state() == TaskState.SCHEDULED)
                .map(TaskSnapshot::id)
                .toArray(Long[]::new);
        Map<Long, String> reasons = new HashMap<>();
        if (queued.length == 0) {
            return reasons;
        }
        try (Connection connection = connections.getConnection();
                PreparedStatement query = connection.prepareStatement(LOOK)) {
            query.setArray(1, connection.createArrayOf("bigint", queued));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    reasons.put(row.getLong(1), reason(row.getString(2), row.getString(3), row.getString(4)));
                }
            }
        }
        return reasons;
    }

    private static String reason(String domain, String wanted, String hosts) {
        if (!hosts.isEmpty()) {
            return "waiting: no monitor of domain " + domain + " runs on " + hosts;
        }
        return wanted.isEmpty()
                ? "waiting: no host has its operation registered"
                : "waiting: host " + wanted + " has not registered its operation";
    }
}
