package dev.rework.bench;

import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import dev.rework.internal.db.TaskQueue;
import dev.rework.internal.db.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The worker's own statements in a tight loop inside this process, without a worker around them: what is lost between
 * the floor and this is lost in SQL, what is lost between this and the drain is lost in the worker.
 */
final class TurnFigures {
    private static final String WORKER = """
            insert into rework.worker (host, domain, tag, state, lease)
            values ('bench', 'bench', gen_random_uuid(), 'idle', clock_timestamp() + interval '1 hour')
            returning id
            """;

    private final Run run;

    TurnFigures(Run run) {
        this.run = run;
    }

    void drain(int connections, int batch) {
        String name = "turns.drain." + batch + "x" + connections;
        run.measure(name, taken -> {
            try (House house = run.house()) {
                FloorFigures.fill(house, run.scale().drain);
                long operation = FloorFigures.operation(house, "noop");
                long warm = FloorFigures.operation(house, "millisecond");
                Race.Result result = new Race(run, house).run(connections, connection -> {
                    TaskQueue queue = new TaskQueue(connection, worker(connection));
                    drain(queue, new Lane(warm, ""), batch);
                    return () -> drain(queue, new Lane(operation, ""), batch);
                });
                Race.take(taken, name, run.scale().drain, result);
            }
        });
    }

    static long worker(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(WORKER)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Settles one batch and claims the next until there is none; returns how many were settled. */
    static int drain(TaskQueue queue, Lane lane, int batch) throws SQLException {
        int settled = 0;
        Place from = Place.FIRST;
        List<Outcome> outcomes = List.of();
        do {
            Turn turn = queue.turn(outcomes, new Ask(lane, from, batch), false);
            if (turn.settled().size() != outcomes.size()) {
                throw new SQLException("a settle missed rows");
            }
            settled += outcomes.size();
            outcomes = turn.claims().stream().map(TurnFigures::done).toList();
            from = turn.claims().isEmpty()
                    ? Place.FIRST
                    : turn.claims().get(turn.claims().size() - 1).place();
        } while (!outcomes.isEmpty());
        return settled;
    }

    static Outcome done(Claim claim) {
        long now = System.nanoTime();
        return new Outcome(claim.id(), claim.attempt(), true, null, null, null, null, now, now, 0, 0, -1);
    }
}
