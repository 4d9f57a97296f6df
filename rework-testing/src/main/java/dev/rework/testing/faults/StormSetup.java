package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What comes before and after a {@link Storm}: tasks scheduled, rows and witness compared. */
final class StormSetup {

    private StormSetup() {}

    static void register(Path operations, ReworkHome home, List<String> hosts, String url) {
        List<Path> classpath = Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .map(Path::of)
                .toList();
        for (String host : hosts) {
            Registrar.register(
                    DatabaseAddress.parse(url).dataSource("storm"),
                    operations,
                    new Registrar.Options(host, StormOperations.DOMAIN, null, classpath, home));
        }
    }

    static List<Long> schedule(Rework rework, int tasks, Path witness) {
        List<Long> ids = new ArrayList<>();
        StormOperations.Place place = new StormOperations.Place(witness.toString());
        for (int i = 0; i < tasks; i++) {
            Task<?> task = rework.task(i % 5 == 0 ? "once" : "again")
                    .domain(StormOperations.DOMAIN)
                    .input(place)
                    .schedule();
            ids.add(task.id());
        }
        return ids;
    }

    static String jdbc(String url) {
        java.net.URI parts = java.net.URI.create(url);
        String[] user = parts.getUserInfo().split(":", 2);
        return "jdbc:postgresql://" + parts.getHost() + ":" + parts.getPort() + parts.getPath() + "?user=" + user[0]
                + "&password=" + user[1] + "&connectTimeout=5&socketTimeout=20";
    }

    static StormReport report(Connection connection, long seed, List<Long> ids, List<Witness.Note> notes, Tally tally)
            throws SQLException {
        Map<Long, Integer> begun = new HashMap<>();
        List<Long> twice = new ArrayList<>();
        for (Witness.Note note : notes) {
            if (!"end".equals(note.what())) {
                begun.merge(note.task(), 1, Integer::sum);
            }
            if ("TWICE".equals(note.what())) {
                twice.add(note.task());
            }
        }
        Map<String, Long> states = new TreeMap<>();
        List<Long> repeated = new ArrayList<>();
        List<Long> unexplained = new ArrayList<>();
        Set<Long> ended = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select t.id, t.state, t.cause, t.attempt, o.name
                          from rework.task t join rework.operation o on o.id = t.operation
                         where t.finished is not null
                        """)) {
            while (rows.next()) {
                long id = rows.getLong(1);
                int runs = begun.getOrDefault(id, 0);
                ended.add(id);
                states.merge(
                        rows.getString(2) + (rows.getString(3) == null ? "" : "/" + rows.getString(3)), 1L, Long::sum);
                if (runs > 1 && "once".equals(rows.getString(5))) {
                    repeated.add(id);
                }
                if (runs > rows.getInt(4) || runs == 0 && "done".equals(rows.getString(2))) {
                    unexplained.add(id);
                }
            }
        }
        List<Long> lost = ids.stream().filter(id -> !ended.contains(id)).toList();
        return new StormReport(
                seed, ids.size(), states, tally.faults(), lost, twice, repeated, unexplained, tally.calmMillis());
    }

    /** What the storm itself counted. */
    record Tally(Map<String, Integer> faults, long calmMillis) {}
}
