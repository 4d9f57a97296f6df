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

    /** Notes, beside the product and in the database, each time a task's row becomes final or changes when it is. */
    static void watchEnds(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("""
                    create table public.ended (task bigint not null, was text, became text);
                    create function public.note_end() returns trigger language plpgsql as $$
                    begin
                      insert into public.ended values (new.id, old.state, new.state);
                      return null;
                    end $$;
                    create trigger note_end after update on rework.task
                       for each row when (old.finished is not null and old.state is distinct from new.state
                                          or old.finished is null and new.finished is not null)
                       execute function public.note_end();
                    """);
        }
    }

    static List<Long> schedule(Connection connection, String url, int tasks, Path witness) throws SQLException {
        List<Long> ids = new ArrayList<>();
        StormOperations.Place place = new StormOperations.Place(witness.toString());
        connection.setAutoCommit(false);
        try (Rework rework = Rework.connect(url)) {
            for (int i = 0; i < tasks; i++) {
                Task<?> task = rework.in(connection)
                        .task(i % 5 == 0 ? "once" : "again")
                        .domain(StormOperations.DOMAIN)
                        .input(place)
                        .schedule();
                ids.add(task.id());
                if (i % 1000 == 999) {
                    connection.commit();
                }
            }
        }
        connection.commit();
        return ids;
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
        List<Long> endedTwice = new ArrayList<>();
        Set<Long> ended = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select t.id, t.state, t.cause, t.attempt, o.name,
                               (select count(*) from rework.attempt a where a.task = t.id),
                               (select count(*) from public.ended e where e.task = t.id)
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
                if (rows.getInt(7) != 1) {
                    endedTwice.add(id);
                }
                if (runs > rows.getInt(4)
                        || rows.getInt(6) != rows.getInt(4) - 1
                        || runs == 0 && "done".equals(rows.getString(2))) {
                    unexplained.add(id);
                }
            }
        }
        List<Long> lost = ids.stream().filter(id -> !ended.contains(id)).toList();
        return new StormReport(
                seed,
                ids.size(),
                states,
                tally.faults(),
                lost,
                twice,
                repeated,
                endedTwice,
                unexplained,
                tally.blewMillis(),
                tally.calmMillis(),
                tally.strongMillis());
    }

    /** What the storm itself counted. */
    record Tally(Map<String, Integer> faults, long blewMillis, long calmMillis, long strongMillis) {}
}
