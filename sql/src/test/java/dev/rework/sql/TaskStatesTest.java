package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Walks every (state, cause) pair past the CHECKs of table task. */
class TaskStatesTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final Set<String> STATES =
            Set.of("scheduled", "blocked", "queued", "claimed", "running", "aborting", "done", "failed", "aborted");

    private static final Set<String> CAUSES =
            Set.of("error", "timeout", "crash", "memory", "lost", "abort", "cancelled", "expired", "dependency");

    /** The design's table; a state that is not here has no cause. */
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "failed", Set.of("error", "crash", "memory", "lost", "expired", "dependency"),
            "aborted", Set.of("abort", "timeout", "cancelled"),
            "aborting", Set.of("abort", "timeout"));

    private static final String INSERT = """
            insert into rework.task (operation, state, cause, worker, finished)
            select id, ?, ?, ?, case when ? then clock_timestamp() end from rework.operation limit 1
            """;

    @BeforeAll
    static void registerAnOperation() {
        db.execute("insert into rework.operation (domain, name) values ('default', 'a')");
    }

    private static boolean isAccepted(String state, @Nullable String cause, boolean held, boolean finished)
            throws SQLException {
        try (Connection connection = db.connection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, state);
            insert.setString(2, cause);
            insert.setObject(3, held ? 1L : null, java.sql.Types.BIGINT);
            insert.setBoolean(4, finished);
            return insert.executeUpdate() == 1;
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("23514");
            return false;
        }
    }

    private static boolean isFinal(String state) {
        return Set.of("done", "failed", "aborted").contains(state);
    }

    static Stream<Arguments> pairs() {
        return new TreeSet<>(STATES)
                .stream()
                        .flatMap(state -> Stream.concat(Stream.of(""), new TreeSet<>(CAUSES).stream())
                                .map(cause -> Arguments.of(state, cause)));
    }

    @ParameterizedTest(name = "{0} because of {1}")
    @MethodSource("pairs")
    void aPairIsAcceptedAsTheTableSays(String state, String cause) throws SQLException {
        boolean allowed = cause.isEmpty()
                ? !ALLOWED.containsKey(state)
                : ALLOWED.getOrDefault(state, Set.of()).contains(cause);
        assertThat(isAccepted(state, cause.isEmpty() ? null : cause, true, isFinal(state)))
                .isEqualTo(allowed);
    }

    static Stream<Arguments> states() {
        return new TreeSet<>(STATES)
                .stream()
                        .map(state -> Arguments.of(
                                state,
                                ALLOWED.containsKey(state)
                                        ? ALLOWED.get(state).iterator().next()
                                        : null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void exactlyTheFinalStatesHaveAnEnd(String state, @Nullable String cause) throws SQLException {
        assertThat(isAccepted(state, cause, true, true)).isEqualTo(isFinal(state));
        assertThat(isAccepted(state, cause, true, false)).isEqualTo(!isFinal(state));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void whatIsInSomebodysHandsNamesThem(String state, @Nullable String cause) throws SQLException {
        boolean mustBeHeld = Set.of("claimed", "running", "aborting").contains(state);
        assertThat(isAccepted(state, cause, false, isFinal(state))).isEqualTo(!mustBeHeld);
    }

    @Test
    void anUnknownStateIsRefused() throws SQLException {
        assertThat(isAccepted("finished", null, true, false)).isFalse();
        assertThat(isAccepted("failed", "bad luck", true, true)).isFalse();
    }

    @Test
    void anInstantOfAPlanHasOneTask() {
        String fire = "insert into rework.task (operation, state, plan, fire_at)"
                + " select id, 'queued', 7, '2100-01-01' from rework.operation limit 1";
        db.execute(fire);
        assertThatThrownBy(() -> db.execute(fire)).hasMessageContaining("task_fire");
    }

    @Test
    void readyAndWaitingFollowTheState() {
        db.execute("insert into rework.task (operation, state, run_at)"
                + " select id, unnest(array['queued', 'scheduled']), '2100-01-01' from rework.operation");
        assertThat(db.number("select count(*) from rework.task where ready and run_at = '2100-01-01'"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from rework.task where waiting and run_at = '2100-01-01'"))
                .isEqualTo(1);
        assertThat(db.number("select count(*) from rework.task where ready <> (state = 'queued')"))
                .isZero();
    }
}
