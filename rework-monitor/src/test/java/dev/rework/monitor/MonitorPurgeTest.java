package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import dev.rework.sql.LogPartitions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a monitor cleans up by itself, when its clock says so. */
class MonitorPurgeTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    /** Its time is set by the test. */
    private final class SetClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now.get();
        }
    }

    private Monitor monitor(@Nullable Duration vacuum) {
        MonitorOptions options = MonitorOptions.of("tidy", "h")
                .workers(0, 1)
                .vacuum(vacuum)
                .home(new ReworkHome(dir.resolve("home").toAbsolutePath()))
                .build();
        return new Monitor(
                DatabaseAddress.parse(db.url(TestDatabase.Part.MONITOR)),
                options,
                MonitorListener.NONE,
                new SetClock());
    }

    /** With lines of the days it was queued and finished. */
    private static long task(String domain, String state, int daysAgo) {
        long operation = db.number(
                "insert into rework.operation (domain, name) values (?, 'o')"
                        + " on conflict (domain, name) do update set priority = 0 returning id",
                domain);
        boolean over = state.equals("done");
        long task = db.number(
                "insert into rework.task (operation, state, queued, run_at, finished) values (?, ?,"
                        + " clock_timestamp() - ? * interval '1 day', clock_timestamp() + interval '1 year',"
                        + " case when ? then clock_timestamp() - ? * interval '1 day' end) returning id",
                operation,
                state,
                daysAgo,
                over,
                daysAgo);
        db.update(
                "insert into rework.log (task, attempt, time, stream, level, line) values"
                        + " (?, 1, clock_timestamp() - ? * interval '1 day', 'stdout', 'INFO', 'x')",
                task,
                daysAgo);
        return task;
    }

    private static boolean isThere(long task) {
        return db.number("select count(*) from rework.task where id = ?", task) == 1;
    }

    private static long lines(long task) {
        return db.number("select count(*) from rework.log where task = ?", task);
    }

    private static boolean hasDay(LocalDate day) {
        return db.number(
                        "select count(*) from pg_class where relname = ?",
                        String.format("log_y%04dm%02dd%02d", day.getYear(), day.getMonthValue(), day.getDayOfMonth()))
                == 1;
    }

    private static void ensure(LocalDate day) throws SQLException {
        try (Connection connection = db.connection()) {
            LogPartitions.ensure(connection, day, 0);
        }
    }

    @Test
    void anHourlyTurnTakesWhatIsOldAndDropsWholeDaysOfLines() throws Exception {
        LocalDate today = LocalDate.ofInstant(now.get(), ZoneOffset.UTC);
        LocalDate old = today.minusDays(45);
        LocalDate kept = today.minusDays(35);
        ensure(old);
        ensure(kept);
        ensure(today.minusDays(20));
        long gone = task("tidy", "done", 45);
        long goneToo = task("tidy", "done", 35);
        long others = task("untidy", "done", 35);
        long later = task("tidy", "scheduled", 35);
        long young = task("tidy", "done", 20);
        try (Monitor monitor = monitor(Duration.ofDays(30))) {
            monitor.start();
            monitor.step();
            Eventually.isTrue("its lines are gone", () -> lines(goneToo) == 0 && !hasDay(old));
            assertThat(isThere(gone) || isThere(goneToo)).isFalse();
            assertThat(lines(gone)).isZero();
            for (long stays : new long[] {others, later, young}) {
                assertThat(isThere(stays)).isTrue();
                assertThat(lines(stays)).isEqualTo(1);
            }
            assertThat(hasDay(kept) && hasDay(today.minusDays(20)) && hasDay(today.plusDays(3)))
                    .isTrue();

            long next = task("tidy", "done", 45);
            now.updateAndGet(time -> time.plus(Duration.ofMinutes(59)));
            monitor.step();
            assertThat(isThere(next)).isTrue();
            now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
            monitor.step();
            Eventually.isTrue("an hour later it is gone", () -> !isThere(next) && lines(next) == 0);
        }
    }

    @Test
    void neverMeansNever() throws Exception {
        LocalDate day = LocalDate.ofInstant(now.get(), ZoneOffset.UTC).minusDays(400);
        ensure(day);
        long task = task("tidy", "done", 400);
        try (Monitor monitor = monitor(null)) {
            monitor.start();
            monitor.step();
            Eventually.isTrue(
                    "its turn is over",
                    () -> hasDay(LocalDate.ofInstant(now.get(), ZoneOffset.UTC).plusDays(3)));
            monitor.step();
            assertThat(isThere(task)).isTrue();
            assertThat(lines(task)).isEqualTo(1);
            assertThat(hasDay(day)).isTrue();
        }
    }
}
