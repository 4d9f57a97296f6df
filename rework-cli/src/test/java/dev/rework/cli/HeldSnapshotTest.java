package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HeldSnapshotTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    @Tag("fault-30")
    void whoHoldsTheOldestSnapshotIsNamed() throws Exception {
        try (Connection looks = db.connection();
                Connection holds = db.connection();
                Statement statement = holds.createStatement()) {
            assertThat(HeldSnapshot.longerThan(looks, Duration.ZERO)).isEmpty();
            holds.setAutoCommit(false);
            holds.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            int pid;
            try (var row = statement.executeQuery("select pg_backend_pid()")) {
                row.next();
                pid = row.getInt(1);
            }
            assertThat(HeldSnapshot.longerThan(looks, Duration.ofHours(1))).isEmpty();
            Finding finding = HeldSnapshot.longerThan(looks, Duration.ZERO).orElseThrow();
            assertThat(finding.isProblem()).isTrue();
            assertThat(finding.message()).contains("pid " + pid);
            assertThat(finding.remedy()).contains("pg_terminate_backend(" + pid + ")");
            holds.commit();
            assertThat(HeldSnapshot.longerThan(looks, Duration.ZERO)).isEmpty();
        }
    }
}
