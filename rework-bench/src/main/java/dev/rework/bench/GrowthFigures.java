package dev.rework.bench;

import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import dev.rework.internal.db.TaskQueue;
import dev.rework.internal.db.Turn;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The drain again, warm with two workers, on databases in which a crowd of rows stands that a claim must not notice,
 * or with a snapshot held open for the whole run. Each crowd's database is made once a run and copied for each round.
 */
final class GrowthFigures {
    private static final int WORKERS = 2;
    private static final int EACH = 10;
    private static final int CLAIMS = 1_000;
    private static final int WARM_CLAIMS = 200;

    /** Who else is in the table. */
    enum Crowd {
        EMPTY(""),
        FINISHED("""
                insert into rework.task (operation, state, worker, attempt, started, finished, run_at, queued)
                select o.id, 'done', 1, 1, x, x, x, x
                  from rework.operation o, generate_series(1, ?) i,
                       lateral (select clock_timestamp() - i * interval '1 second') s(x)
                 where o.domain = 'bench' and o.name = 'noop'
                """),
        BEHIND("""
                insert into rework.task (operation, state, rank)
                select o.id, 'queued', 100 from rework.operation o, generate_series(1, ?)
                 where o.domain = 'bench' and o.name = 'noop'
                """),
        OTHER_HOST("""
                insert into rework.task (operation, state, host)
                select o.id, 'queued', 'elsewhere' from rework.operation o, generate_series(1, ?)
                 where o.domain = 'bench' and o.name = 'noop'
                """),
        OTHER_DOMAIN("""
                with other as (insert into rework.operation (domain, name) values ('strangers', 'noop') returning id)
                insert into rework.task (operation, state)
                select o.id, 'queued' from other o, generate_series(1, ?)
                """),
        UNKNOWN_OPERATION("""
                with other as (insert into rework.operation (domain, name) values ('bench', 'unheard') returning id)
                insert into rework.task (operation, state)
                select o.id, 'queued' from other o, generate_series(1, ?)
                """),
        TOMORROW("""
                insert into rework.task (operation, state, run_at)
                select o.id, 'scheduled', clock_timestamp() + interval '1 day' + i * interval '1 millisecond'
                  from rework.operation o, generate_series(1, ?) i
                 where o.domain = 'bench' and o.name = 'noop'
                """),
        SNAPSHOT("");

        private final String sql;

        Crowd(String sql) {
            this.sql = sql;
        }

        /** Whether it stands there before the workers get warm. */
        boolean isBefore() {
            return this != EMPTY && this != SNAPSHOT && this != BEHIND;
        }

        String figure() {
            return "growth." + name().toLowerCase(Locale.ROOT);
        }
    }

    private final Run run;
    private final Set<Crowd> made = EnumSet.noneOf(Crowd.class);

    GrowthFigures(Run run) {
        this.run = run;
    }

    void take(Crowd crowd) {
        run.measure(crowd.figure(), taken -> {
            try (House house = run.house(template(crowd));
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, WORKERS);
                    Connection holder = run.server().open(house.name)) {
                if (crowd == Crowd.SNAPSHOT) {
                    hold(holder);
                }
                List<Double> claims = new ArrayList<>();
                boolean first = crowd == Crowd.BEHIND;
                // What stands behind is drained too, once the measured tasks are: nobody may claim by hand beside that.
                DrainFigures.Step before = first ? () -> claims.addAll(behind(house)) : () -> {};
                int tasks = run.scale().drain;
                double rate = DrainFigures.warm(run, house, monitor, new DrainFigures.Work("noop", tasks, before))
                        .rate();
                taken.number(crowd.figure(), "tasks/s", rate);
                if (!first) {
                    monitor.pause();
                    try {
                        claims.addAll(claims(house));
                    } finally {
                        monitor.resume();
                    }
                }
                taken.number(crowd.figure() + ".claim.p50", "ms", Samples.quantile(claims, 0.5));
                taken.number(crowd.figure() + ".claim.p99", "ms", Samples.quantile(claims, 0.99));
            }
        });
    }

    /** How long a worker's statement takes that settles some tasks and claims the next. */
    private static List<Double> claims(House house) throws SQLException {
        List<Double> took = new ArrayList<>();
        try (Connection connection = Race.connect(house)) {
            house.queue("noop", (CLAIMS + WARM_CLAIMS) * EACH);
            TaskQueue queue = new TaskQueue(connection, TurnFigures.worker(connection));
            Lane lane = new Lane(FloorFigures.operation(house, "noop"), "");
            Place from = Place.FIRST;
            List<Outcome> outcomes = List.of();
            for (int i = 0; i < CLAIMS + WARM_CLAIMS; i++) {
                long began = System.nanoTime();
                Turn turn = queue.turn(outcomes, new Ask(lane, from, EACH), false);
                if (i >= WARM_CLAIMS) {
                    took.add((System.nanoTime() - began) / 1e6);
                }
                outcomes = turn.claims().stream().map(TurnFigures::done).toList();
                if (outcomes.size() < EACH) {
                    // A worker has looked by itself and taken the rest.
                    break;
                }
                from = turn.claims().get(EACH - 1).place();
            }
            queue.turn(outcomes, null, false);
        }
        return took;
    }

    /** While nobody claims: a million tasks are put behind those to be measured. */
    private List<Double> behind(House house) throws SQLException {
        fill(house.connection, Crowd.BEHIND);
        return claims(house);
    }

    private static void hold(Connection holder) throws SQLException {
        holder.setAutoCommit(false);
        holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = holder.createStatement()) {
            statement.execute("select count(*) from rework.operation");
        }
    }

    private String template(Crowd crowd) throws SQLException {
        if (!crowd.isBefore()) {
            return run.template();
        }
        String template = run.template() + "_" + crowd.name().toLowerCase(Locale.ROOT);
        if (made.add(crowd)) {
            run.keepUntilEnd(template);
            run.server().drop(template);
            run.server().copy(run.template(), template);
            try (Connection connection = run.server().open(template)) {
                fill(connection, crowd);
            }
        }
        return template;
    }

    private void fill(Connection connection, Crowd crowd) throws SQLException {
        try (var statement = connection.prepareStatement(crowd.sql)) {
            statement.setInt(1, run.scale().crowd);
            statement.execute();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("vacuum analyze");
        }
    }

    /** All of them, in the order in which one round takes them. */
    void takeAll() {
        try {
            for (Crowd crowd : Crowd.values()) {
                template(crowd);
            }
        } catch (SQLException e) {
            System.err.println("  growth: " + e.getMessage());
            return;
        }
        for (Crowd crowd : Crowd.values()) {
            take(crowd);
        }
    }
}
