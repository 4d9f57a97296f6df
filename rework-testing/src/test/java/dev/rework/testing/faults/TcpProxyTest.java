package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TcpProxyTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void cutsTheAnswerOfAStatementThatWasCommitted() throws Exception {
        db.execute("create table public.cut (n int)");
        db.execute("grant insert, select on public.cut to public");
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Connection connection = through(proxy, server)) {
            for (int i = 0; i < 8; i++) { // beyond pgjdbc's prepareThreshold: named statements too
                connection.createStatement().execute("insert into public.cut values (1)");
            }
            proxy.cutAnswerTo("insert into public.cut");
            assertThatThrownBy(() -> connection.createStatement().execute("insert into public.cut values (1)"))
                    .isInstanceOf(SQLException.class);
            assertThat(proxy.cuts()).isEqualTo(1);
            try (Connection again = through(proxy, server);
                    Statement statement = again.createStatement();
                    var rows = statement.executeQuery("select count(*) from public.cut")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(9);
            }
        }
    }

    private static Connection through(TcpProxy proxy, URI server) throws SQLException {
        String[] user = server.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + proxy.port() + server.getPath() + "?sslmode=disable",
                user[0],
                user[1]);
    }
}
