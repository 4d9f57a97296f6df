package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.TaskQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HeadsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void whatOthersHaveTouchedIsLeftAsideOnlyUntilTheNextLook() throws SQLException {
        long operation = db.number("insert into rework.operation (domain, name) values ('d', 'o') returning id");
        long worker = db.number("insert into rework.worker (host, domain, tag, lease, state)"
                + " values ('h', 'd', gen_random_uuid(), clock_timestamp() + interval '1 hour', 'idle') returning id");
        db.execute("insert into rework.task (operation, state)" + " select " + operation
                + ", 'queued' from generate_series(1, 3)");
        List<Lane> lanes = List.of(new Lane(operation, ""));
        Heads heads = new Heads();
        try (Connection connection = db.connection()) {
            TaskQueue queue = new TaskQueue(connection, worker);
            Ask looked = claim(heads, queue, lanes);
            assertThat(looked.untouched()).isFalse();
            Ask next = claim(heads, queue, lanes);
            assertThat(next.untouched()).isTrue();
            claim(heads, queue, lanes);
            // That was the last one; this ask brings nothing, so what was left aside must be looked for.
            assertThat(claim(heads, queue, lanes).untouched()).isTrue();
            assertThat(heads.next(queue, lanes, new BatchSizing())).isNull();
            db.update(
                    "update rework.task set state = 'queued', worker = null, attempt = 0 where operation = ?",
                    operation);
            heads.forget();
            assertThat(claim(heads, queue, lanes).untouched()).isFalse();
        }
    }

    private static Ask claim(Heads heads, TaskQueue queue, List<Lane> lanes) throws SQLException {
        Ask ask = heads.next(queue, lanes, new BatchSizing());
        assertThat(ask).isNotNull();
        heads.claimed(ask, queue.turn(List.of(), ask, false).claims());
        return ask;
    }
}
