package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.SchemaMismatch;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.db.MonitorRow;
import dev.rework.internal.db.MonitorStore;
import dev.rework.internal.db.MonitorStore.Entry;
import dev.rework.internal.db.TaskStore;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

class MonitorSeatTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private final MonitorStore store = new MonitorStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
    private final MonitorOptions options = MonitorOptions.of("seats", "h1")
            .home(new ReworkHome(Path.of("target", "seats").toAbsolutePath()))
            .build();

    @BeforeEach
    void nobodySits() {
        db.execute("delete from rework.monitor");
    }

    private long take() {
        return MonitorSeat.take(store, options, MonitorListener.NONE, false);
    }

    private void sits(long pid, long start, String boot, String space) {
        store.enter(new Entry("h1", "seats", pid, start, boot, space, "{}"));
    }

    @Test
    @DisplayName("W23 a second monitor for a host and domain is refused; another host's is welcome")
    @Tag("fault-17")
    void theSecondIsRefusedAndToldWhoIsFirst() {
        long first = take();
        assertThatThrownBy(this::take)
                .isInstanceOf(MonitorRefused.class)
                .hasMessageContaining("#" + first)
                .hasMessageContaining("pid " + ProcessHandle.current().pid())
                .hasMessageContaining("seats");
        assertThat(MonitorSeat.take(
                        store,
                        MonitorOptions.of("seats", "h2").home(options.home()).build(),
                        MonitorListener.NONE,
                        false))
                .isGreaterThan(first);
    }

    @Test
    void twoThatEnterAtOnceAreOne() {
        Entry entry = new Entry("h1", "seats", 1, 1, "", "", "{}");
        assertThat(store.enter(entry)).isPresent();
        assertThat(store.enter(entry)).isEmpty();
    }

    @Test
    @Tag("fault-17")
    void aDeadProcessOfThisMachineIsReplacedAtOnceWhateverItsLease() {
        sits(ProcessHandle.current().pid(), 1, ProcessIdentity.BOOT, ProcessIdentity.SPACE);
        assertThat(take()).isPositive();
        assertThat(store.list("seats", "h1", 10, 0)).hasSize(1);
    }

    @Test
    void aMachineThatWasStartedAnewHasNoMonitor() {
        sits(ProcessHandle.current().pid(), 1, "another-boot", ProcessIdentity.SPACE);
        assertThat(take()).isPositive();
    }

    @Test
    void inAnotherPidSpaceOnlyTheLeaseTells() {
        sits(1, 1, ProcessIdentity.BOOT, "pid:[1]");
        assertThatThrownBy(this::take).isInstanceOf(MonitorRefused.class);
        db.execute("update rework.monitor set lease = clock_timestamp() - interval '1 second'");
        assertThat(take()).isPositive();
    }

    @Test
    @DisplayName("M08 a monitor's row with its options is there while it lives, and gone after")
    void aMonitorIsListedWithItsOptions() {
        long id = take();
        List<MonitorRow> rows = store.list(null, null, 10, 0);
        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.id()).isEqualTo(id);
            assertThat(row.options()).contains("\"maxworkers\": 2", "\"vacuum\": \"P30D\"");
            assertThat(row.silent()).isFalse();
        });
        assertThat(store.renew(id)).isTrue();
        assertThat(store.end(id)).isTrue();
        assertThat(store.renew(id)).isFalse();
        assertThat(store.list(null, null, 10, 0)).isEmpty();
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aSchemaOfAnotherVersionIsRefusedAndNothingIsWritten() {
        Monitor monitor =
                new Monitor(DatabaseAddress.parse(db.url(TestDatabase.Part.MONITOR)), options, MonitorListener.NONE);
        long now = db.number("select max(version) from rework.schema_version");
        db.execute("insert into rework.schema_version (version, name) values (9999, 'of_tomorrow')");
        try {
            assertThatThrownBy(monitor::run)
                    .isInstanceOf(SchemaMismatch.class)
                    .hasMessage("the rework schema is at version 9999 and this program knows only " + now
                            + "; use a newer rework");
            db.execute("delete from rework.schema_version where version >= " + now);
            assertThatThrownBy(monitor::run)
                    .isInstanceOf(SchemaMismatch.class)
                    .hasMessageContaining("this program needs " + now + "; upgrade it with: rework init-db");
        } finally {
            db.execute("delete from rework.schema_version where version > " + now);
            db.execute("insert into rework.schema_version (version, name) values (" + now
                    + ", 'put back') on conflict do nothing");
        }
        assertThat(store.list(null, null, 10, 0)).isEmpty();
    }
}
