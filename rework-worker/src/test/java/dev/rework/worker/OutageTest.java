package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutageTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final String MINE = "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            + " where datname = current_database() and pid <> pg_backend_pid() and application_name = ?";

    private static WorkerLaunch named(WorkerLaunch launch, String name) {
        var database = new java.util.HashMap<>(launch.database());
        database.put("ApplicationName", name);
        return with(launch, launch.jdbcUrl(), database);
    }

    private static WorkerLaunch with(WorkerLaunch launch, String url, java.util.Map<String, String> database) {
        return new WorkerLaunch(
                url,
                database,
                launch.worker(),
                launch.nonce(),
                launch.host(),
                launch.domain(),
                launch.index(),
                launch.hand(),
                launch.secretKeys(),
                launch.maxRuns(),
                launch.waits(),
                launch.maxMemoryMb());
    }

    @Test
    @Tag("slow")
    void connectionsThatAreTerminatedLoseNothingAndRepeatNothing() throws IOException {
        House house = new House(db, "terminate").operation("brief", int.class);
        house.tasks("brief", 1500);
        try (ChildWorker worker = ChildWorker.start(named(house.launch(house.worker(), 0, 0), "victim"), List.of())) {
            disturb(house, () -> db.number(MINE, "victim"));
            onceEach(house, worker, 1500);
        }
    }

    @Test
    @Tag("slow")
    @Tag("fault-23")
    @Tag("fault-24")
    void answersThatAreLostLoseNothingAndRepeatNothing() throws IOException {
        House house = new House(db, "cut").operation("brief", int.class);
        house.tasks("brief", 1500);
        WorkerLaunch launch = house.launch(house.worker(), 0, 0);
        URI address = URI.create(launch.jdbcUrl().substring("jdbc:".length()));
        try (AnswerCutter cutter = new AnswerCutter(address.getHost(), address.getPort())) {
            String url = "jdbc:postgresql://127.0.0.1:" + cutter.port() + address.getPath() + "?sslmode=disable";
            try (ChildWorker worker = ChildWorker.start(with(launch, url, launch.database()), List.of())) {
                disturb(house, cutter::arm);
                assertThat(cutter.cuts()).isGreaterThan(5);
                onceEach(house, worker, 1500);
            }
        }
    }

    /** Until all tasks are done, does something whenever some more are. */
    private static void disturb(House house, Runnable disturbance) {
        AtomicLong seen = new AtomicLong();
        Eventually.isTrue("all done", () -> {
            long done = done(house, "brief");
            if (done >= seen.get()) {
                seen.set(done + 50);
                disturbance.run();
            }
            return done == 1500;
        });
    }

    private static long done(House house, String operation) {
        return db.number(
                "select count(*) from rework.task where operation = ? and state = 'done'",
                house.operationId(operation));
    }

    private static void onceEach(House house, ChildWorker worker, int tasks) {
        List<String> begun = worker.texts(Frame.Type.BEGIN);
        assertThat(new HashSet<>(begun)).hasSize(tasks);
        assertThat(begun).hasSize(tasks);
        assertThat(db.number(
                        "select count(*) from rework.task where operation = ? and attempt <> 1",
                        house.operationId("brief")))
                .isZero();
    }

    @Test
    @Tag("fault-20")
    void aTaskThatEndsWhileTheDatabaseIsAwayIsSettledLater() throws Exception {
        TestDatabase own = new TestDatabase().create("away");
        try {
            House house = new House(own, "away").operation("sleep", int.class);
            long task = house.task("sleep", "1500");
            try (ChildWorker worker = house.start()) {
                Eventually.isTrue("running", () -> house.state(task).equals("running"));
                String name = own.name();
                db.execute("alter database " + name + " allow_connections false");
                db.number("select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = ?", name);
                worker.await(Frame.Type.END, (task + "\t1")::equals);
                Eventually.isTrue(
                        "it notices",
                        () -> worker.lines().stream().anyMatch(line -> line.contains("the database fails")));
                assertThat(worker.handle().isAlive()).isTrue();
                db.execute("alter database " + name + " allow_connections true");
                Eventually.isTrue("done", () -> house.state(task).equals("done"));
                long next = house.task("sleep", "1");
                worker.say(new Control.Wake());
                Eventually.isTrue("goes on", () -> house.state(next).equals("done"));
            }
        } finally {
            own.drop();
        }
    }

    @Test
    @Tag("fault-29")
    void aWorkerDeclaredDeadDropsItsOutcomeAndEnds() throws IOException {
        House house = new House(db, "dead").operation("sleep", int.class);
        long task = house.task("sleep", "1500");
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("running", () -> house.state(task).equals("running"));
            db.update(
                    "update rework.worker set state = 'dead', finished = now(), deathinfo = 'lost' where id = ?",
                    worker.id());
            db.update("update rework.task set state = 'queued', worker = null where id = ?", task);
            assertThat(worker.exit()).isZero();
            assertThat(house.row(task)).containsEntry("state", "queued").containsEntry("worker", null);
            assertThat(worker.texts(Frame.Type.BYE)).containsExactly("declared dead");
        }
    }

    @Test
    @Tag("slow")
    @Tag("fault-29")
    void aWorkerThatHearsOfItsDeathHaltsWhateverItRuns() throws IOException {
        House house = new House(db, "heard").operation("sleep", int.class);
        long task = house.task("sleep", "120000");
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("running", () -> house.state(task).equals("running"));
            db.update(
                    "update rework.worker set state = 'dead', finished = now(), deathinfo = 'lost' where id = ?",
                    worker.id());
            assertThat(worker.exit()).isEqualTo(WorkerMain.UNTRUSTED);
        }
    }

    @Test
    @Tag("slow")
    @Tag("fault-20")
    void aTaskThatMayRunElsewhereIsHaltedWhenItsLeaseIsLost() throws Exception {
        TestDatabase own = new TestDatabase().create("trust");
        try {
            House house = new House(own, "trust").operation("sleep", "retries = 1, on_crash = 'RETRY'", int.class);
            long task = house.task("sleep", "120000");
            try (ChildWorker worker = house.start()) {
                Eventually.isTrue("running", () -> house.state(task).equals("running"));
                db.execute("alter database " + own.name() + " allow_connections false");
                db.number(
                        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = ?", own.name());
                assertThat(worker.exit()).isEqualTo(WorkerMain.UNTRUSTED);
            }
        } finally {
            own.drop();
        }
    }

    @Test
    void anOutcomeThatTheDatabaseRefusesIsAFailureAndHarmsNoOther() throws IOException {
        House house = new House(db, "refused").operation("echo", Object.class);
        db.execute("alter table rework.task add constraint no_seven check (output::text <> '7') not valid");
        try {
            house.tasks("echo", 20);
            try (ChildWorker worker = house.start()) {
                Eventually.isTrue("done", () -> done(house, "echo") == 19);
                Eventually.isTrue(
                        "failed",
                        () -> db.number(
                                        "select count(*) from rework.task where operation = ? and state = 'failed'"
                                                + " and error like '%no_seven%'",
                                        house.operationId("echo"))
                                == 1);
                assertThat(worker.handle().isAlive()).isTrue();
            }
        } finally {
            db.execute("alter table rework.task drop constraint no_seven");
        }
    }
}
