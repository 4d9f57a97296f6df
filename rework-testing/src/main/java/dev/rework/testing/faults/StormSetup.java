package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
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

    private static final String ENDED = """
            with attempts as (select task, count(*) as n from rework.attempt group by task),
                 ends as (select task, count(*) as n from public.ended group by task)
            select t.id, t.state, t.cause, t.attempt, o.name, coalesce(a.n, 0), coalesce(e.n, 0)
              from rework.task t
              join rework.operation o on o.id = t.operation
              left join attempts a on a.task = t.id
              left join ends e on e.task = t.id
             where t.finished is not null
            """;

    private static final int AT_ONCE = 2000;

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

    /** Every fifth is of the operation that must run at most once. */
    static List<Long> schedule(Connection connection, Storm.Settings settings, Path witness) throws SQLException {
        List<Long> ids = new ArrayList<>();
        double every = settings.arrival().toNanos() / 1e9 / settings.tasks();
        try (PreparedStatement statement = connection.prepareStatement("""
                select rework.schedule(case when i % 5 = 0 then 'once' else 'again' end,
                                       json_build_object('folder', ?::text),
                                       domain => ?,
                                       run_at => now() + make_interval(secs => ? * i))
                  from generate_series(?, ?) i
                """)) {
            statement.setString(1, witness.toString());
            statement.setString(2, StormOperations.DOMAIN);
            statement.setDouble(3, every);
            for (int first = 1; first <= settings.tasks(); first += AT_ONCE) {
                statement.setInt(4, first);
                statement.setInt(5, Math.min(first + AT_ONCE - 1, settings.tasks()));
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        ids.add(rows.getLong(1));
                    }
                }
            }
        }
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
                ResultSet rows = ended(statement)) {
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

    private static ResultSet ended(Statement statement) throws SQLException {
        statement.execute("set statement_timeout = '60s'"); // those of the product end sooner
        // A standby that took over counted no rows of before: without this, plans are those for empty tables.
        statement.execute("analyze rework.task, rework.attempt, public.ended");
        return statement.executeQuery(ENDED);
    }

    /** What the storm itself counted. */
    record Tally(Map<String, Integer> faults, long blewMillis, long calmMillis, long strongMillis) {}
}
