package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.JoinListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JoinTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final SqlWorker WORKER = SqlWorker.on(db);
    private static final long PATIENCE_S = 60;

    /** The ways a client may hear of ends. */
    enum Way {
        POOL_AND_LISTEN {
            @Override
            Rework open() {
                return Rework.connect(db.url(TestDatabase.Part.OPERATOR));
            }
        },
        LISTEN_OFF {
            @Override
            Rework open() {
                return Rework.connect(db.url(TestDatabase.Part.OPERATOR)
                        + (db.url(TestDatabase.Part.OPERATOR).contains("?") ? "&" : "?") + "listen=off");
            }
        },
        UNPOOLED {
            @Override
            Rework open() {
                return Rework.open(
                        ClientOptions.unpooled(DatabaseAddress.parse(db.url(TestDatabase.Part.OPERATOR)), "test"));
            }
        },
        DATA_SOURCE {
            @Override
            Rework open() {
                return Rework.over(db.dataSource(TestDatabase.Part.OPERATOR));
            }
        };

        abstract Rework open();
    }

    @BeforeAll
    static void serve() {
        WORKER.serve("default", "echo", "h1");
    }

    private static CompletableFuture<Void> joining(Task<?> task) {
        return CompletableFuture.runAsync(task::join, run -> new Thread(run, "joins " + task.id()).start());
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("W29 a join ends when its task does, woken, or by polls where nobody may listen")
    @Tag("fault-32")
    void endsWhenTheTaskDoes(Way way) throws Exception {
        try (Rework rework = way.open()) {
            List<Task<Object>> tasks = rework.scheduleAll("echo", Collections.nCopies(5, 1));
            List<CompletableFuture<Void>> joins =
                    tasks.stream().map(JoinTest::joining).toList();
            CompletableFuture<Object> output = tasks.get(4).future();

            for (Task<Object> task : tasks) {
                assertThat(output).isNotDone();
                WORKER.done(task.id(), "7");
            }

            for (CompletableFuture<Void> join : joins) {
                join.get(PATIENCE_S, TimeUnit.SECONDS);
            }
            assertThat(output.get(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo(7);
        }
    }

    @Test
    @Tag("fault-31")
    void hearsOfAnEndThatNobodyAnnounced() throws Exception {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");
            CompletableFuture<Void> join = joining(task);
            WORKER.doneSilently(task.id());

            join.get(PATIENCE_S, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTaskThatHasEndedIsJoinedAtOnce() {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");
            WORKER.doneSilently(task.id());

            assertThat(task.join(Duration.ZERO).state()).isEqualTo(TaskState.DONE);
            assertThat(task.future().join()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOL_AND_LISTEN", "LISTEN_OFF"})
    void waitsForAStateOrALaterOne(Way way) throws Exception {
        try (Rework rework = way.open()) {
            Task<Object> task = rework.schedule("echo");
            CompletableFuture<Task<Object>> running = CompletableFuture.supplyAsync(() -> task.join(TaskState.RUNNING));
            assertThatThrownBy(() -> task.join(TaskState.RUNNING, Duration.ofMillis(50)))
                    .isInstanceOf(JoinTimeout.class);

            WORKER.claim(task.id());
            WORKER.begin(task.id());

            assertThat(running.get(PATIENCE_S, TimeUnit.SECONDS)).isSameAs(task);
            assertThat(task.join(TaskState.QUEUED)).isSameAs(task);
        }
    }

    @Test
    @Tag("fault-18")
    void aLimitIsKeptAndTheTaskGoesOn() {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");

            assertThatThrownBy(() -> task.join(Duration.ofMillis(100)))
                    .isInstanceOfSatisfying(JoinTimeout.class, e -> {
                        assertThat(e.task()).isEqualTo(task.id());
                        assertThat(e.state()).isEqualTo(TaskState.QUEUED);
                    })
                    .hasMessageContaining("still queued after PT0.1S");
            assertThat(task.state()).isEqualTo(TaskState.QUEUED);
        }
    }

    @Test
    void anInterruptIsKept() throws Exception {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");
            AtomicReference<Object> seen = new AtomicReference<>();
            Thread thread = new Thread(() -> {
                try {
                    task.join();
                } catch (JoinInterrupted e) {
                    seen.set(Thread.currentThread().isInterrupted());
                }
            });
            thread.start();
            Eventually.isTrue("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
            thread.interrupt();
            thread.join(Duration.ofSeconds(PATIENCE_S).toMillis());

            assertThat(seen.get()).isEqualTo(true);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"POOL_AND_LISTEN", "LISTEN_OFF"})
    @Tag("fault-25")
    void aRowThatVanishesEndsTheJoin(Way way) {
        try (Rework rework = way.open()) {
            Task<Object> task = rework.schedule("echo");
            CompletableFuture<Void> join = joining(task);
            CompletableFuture<Object> future = task.future();
            db.update("delete from rework.task where id = ?", task.id());

            assertThatThrownBy(() -> join.get(PATIENCE_S, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskLost.class);
            assertThatThrownBy(() -> future.get(PATIENCE_S, TimeUnit.SECONDS)).hasCauseInstanceOf(TaskLost.class);
            assertThatThrownBy(task::state).isInstanceOf(TaskLost.class);
        }
    }

    @Test
    @Tag("fault-25")
    void anIdThatWasGivenOutAgainIsAnotherTask() {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");
            db.update("update rework.task set token = token + 1 where id = ?", task.id());
            WORKER.done(task.id(), "1");

            assertThatThrownBy(task::join).isInstanceOf(TaskLost.class);
            assertThatThrownBy(task::output).isInstanceOf(TaskLost.class);
            assertThat(rework.find(task.id()).orElseThrow().join().output()).isEqualTo(1);
        }
    }

    @Test
    @Tag("fault-31")
    void outlastsCutConnections() throws Exception {
        try (Rework rework = Way.POOL_AND_LISTEN.open()) {
            Task<Object> task = rework.schedule("echo");
            CompletableFuture<Void> join = joining(task);
            for (int i = 0; i < 3; i++) {
                Eventually.value(
                        () -> db.number("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                                + " where application_name = 'rework:listen' and datname = current_database()"),
                        cut -> cut > 0);
            }
            db.number("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                    + " where application_name = 'rework:client' and datname = current_database()");
            assertThat(join).isNotDone();
            WORKER.doneSilently(task.id());

            join.get(PATIENCE_S, TimeUnit.SECONDS);
            assertThat(rework.schedule("echo").id()).isPositive();
        }
    }

    @Test
    void saysWhenAThreadIsParked() {
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        JoinListener listener = new JoinListener() {
            @Override
            public void parked(long awaited) {
                told.add("parked");
                WORKER.done(awaited, "1");
            }

            @Override
            public void unparked(long awaited) {
                told.add("unparked");
            }
        };
        ClientOptions options =
                ClientOptions.unpooled(DatabaseAddress.parse(db.url(TestDatabase.Part.OPERATOR)), "test");
        try (Rework rework = Rework.open(options.inside(77, listener))) {
            Task<Object> child = rework.schedule("echo");

            child.join();
            child.join();

            assertThat(told).containsExactly("parked", "unparked");
            assertThat(child.snapshot().parent()).isEqualTo(77);
        }
    }

    @Test
    void aClosedClientLetsNobodyHang() {
        Rework rework = Way.POOL_AND_LISTEN.open();
        Task<Object> task = rework.schedule("echo");
        CompletableFuture<Object> future = task.future();
        CompletableFuture<Void> join = joining(task);
        Eventually.isTrue("it listens", () -> listeners() > 0);

        rework.close();

        assertThatThrownBy(() -> join.get(PATIENCE_S, TimeUnit.SECONDS))
                .rootCause()
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> future.get(PATIENCE_S, TimeUnit.SECONDS)).isNotNull();
        Eventually.isTrue("nobody listens any more", () -> listeners() == 0);
    }

    private static long listeners() {
        return db.number("select count(*) from pg_stat_activity"
                + " where application_name = 'rework:listen' and datname = current_database()");
    }

    @Test
    void aPoolOfOneIsEnough() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(db.dataSource(TestDatabase.Part.OPERATOR));
            pool.setMaximumPoolSize(1);
            pool.setAutoCommit(false);
            try (Rework rework = Rework.over(pool)) {
                Task<Object> task = rework.schedule("echo", 1);
                CompletableFuture<Void> join = joining(task);
                assertThat(task.abort("enough")).isTrue();

                assertThat(join).succeedsWithin(Duration.ofSeconds(PATIENCE_S));
                assertThat(task.state()).isEqualTo(TaskState.ABORTED);
                assertThat(rework.scheduleAll("echo", List.of(1, 2))).hasSize(2);
            }
        }
    }
}
