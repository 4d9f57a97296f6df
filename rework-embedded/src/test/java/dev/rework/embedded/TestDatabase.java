package dev.rework.embedded;

import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of its own for each test class, made from a template in some 50 ms and dropped at the end:
 *
 * <pre>
 * &#64;RegisterExtension
 * static final TestDatabase db = new TestDatabase();
 * </pre>
 *
 * <p>or {@code @ExtendWith(TestDatabase.class)} and a parameter of this type. The template is made once per server by
 * {@code dev.rework.sql.Schema}, found on the class path.
 *
 * <p>With {@code -Drework.test.roles=least} what is under test logs in with the rights of its part of the house and no more:
 * {@link #url(Part)}, {@link #dataSource(Part)}, {@link #connection(Part)}. What a test itself arranges and looks at goes by
 * {@link #connection()}, {@link #execute}, {@link #update}, {@link #one} and {@link #number}, with the owner's. Threads may
 * share it.
 */
public final class TestDatabase implements BeforeAllCallback, AfterAllCallback, ParameterResolver {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final int TRIES = 50;
    private static final boolean LEAST = "least".equals(System.getProperty("rework.test.roles"));

    /** Who logs in: a group role of {@code roles.sql}. */
    public enum Part {
        /** Who installed it, with all rights: for what a test arranges and looks at. */
        OWNER(""),
        /** Lists and shows. */
        READER("rework_reader"),
        /** A client that schedules and waits. */
        SUBMITTER("rework_submitter"),
        /** A client that aborts, registers and plans too; commands. */
        OPERATOR("rework_operator"),
        /** A worker, and its tasks' clients. */
        WORKER("rework_worker"),
        /** A monitor, and the workers it starts. */
        MONITOR("rework_monitor"),
        /** Clients and a monitor with one address between them. */
        HOUSE("rework_operator, rework_monitor");

        private final String roles;

        Part(String roles) {
            this.roles = roles;
        }
    }

    private static final String PASSWORD = "least";

    private final boolean migrated;
    private final Set<Part> logins = EnumSet.noneOf(Part.class);
    private volatile String name = "";

    /** One with the schema. */
    public TestDatabase() {
        this(true);
    }

    private TestDatabase(boolean migrated) {
        this.migrated = migrated;
    }

    /** One without a schema. */
    public static TestDatabase empty() {
        return new TestDatabase(false);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws SQLException {
        if (name.isEmpty()) {
            create(context.getRequiredTestClass().getSimpleName());
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws SQLException {
        drop();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestDatabase.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return this;
    }

    /** Makes the database, for tests that want more than one; {@link #drop} it yourself then. */
    public TestDatabase create(String hint) throws SQLException {
        TestServer server = TestServer.get();
        String plain = hint.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        String made = "t_" + plain.substring(0, Math.min(30, plain.length())) + "_"
                + ProcessHandle.current().pid() + "_" + COUNT.incrementAndGet();
        String template = migrated ? template(server) : "template0";
        copy(server, "create database " + made + " template " + template);
        name = made;
        return this;
    }

    private boolean isLeast(Part part) {
        return LEAST && migrated && part != Part.OWNER;
    }

    /** A role of the part's own, made when it is first asked for. */
    private synchronized String login(Part part) {
        String login = "least_" + part.name().toLowerCase(Locale.ROOT) + "_" + name();
        try {
            if (logins.add(part)) {
                TestServer.get()
                        .execute("create role " + login + " login password '" + PASSWORD + "' in role " + part.roles);
            }
            return login;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Drops it, cutting whoever is still connected. */
    public void drop() throws SQLException {
        if (!name.isEmpty()) {
            TestServer.get().execute("drop database if exists " + name + " with (force)");
            for (Part part : List.copyOf(logins)) {
                TestServer.get().execute("drop role " + login(part));
            }
            logins.clear();
            name = "";
        }
    }

    private static void copy(TestServer server, String create) throws SQLException {
        for (int i = 1; ; i++) {
            try {
                server.execute(create);
                return;
            } catch (SQLException e) {
                // 55006: autovacuum or another JVM's check looks into the template just now.
                if (!"55006".equals(e.getSQLState()) || i == TRIES) {
                    throw e;
                }
                java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
            }
        }
    }

    /** One template per version of the migrations, made under a lock of the server: other JVMs may want it too. */
    private static String template(TestServer server) throws SQLException {
        String template = "template_" + digest(script()) + (LEAST ? "_least" : "");
        synchronized (TestDatabase.class) {
            server.execute("select pg_advisory_lock(1919252335)");
            try {
                if (server.one("select 1 from pg_database where datname = '" + template + "'")
                        .isEmpty()) {
                    String half = template + "_half";
                    server.execute("drop database if exists " + half + " with (force)");
                    server.execute("create database " + half + " template template0");
                    try (Connection connection = DriverManager.getConnection(server.jdbc(half), server.login())) {
                        schema("install", Connection.class, connection);
                        if (LEAST) {
                            schema("roles", Connection.class, connection);
                        }
                    }
                    copy(server, "alter database " + half + " rename to " + template);
                }
            } finally {
                server.execute("select pg_advisory_unlock(1919252335)");
            }
        }
        return template;
    }

    private static String script() {
        return String.valueOf(schema("script", null, null));
    }

    private static Object schema(String method, Class<?> parameter, Object argument) {
        try {
            Class<?> schema = Class.forName("dev.rework.sql.Schema");
            Object result = parameter == null
                    ? schema.getMethod(method).invoke(null)
                    : schema.getMethod(method, parameter).invoke(null, argument);
            return String.valueOf(result);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the schema did not install: " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no dev.rework.sql.Schema here; use TestDatabase.empty()", e);
        }
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Its name. */
    public String name() {
        if (name.isEmpty()) {
            throw new IllegalStateException("no database yet: is the extension registered as a static field?");
        }
        return name;
    }

    /** {@link #url(Part)} for clients and a monitor together. */
    public String url() {
        return url(Part.HOUSE);
    }

    /** Its address as people write it: {@code postgresql://user:password@host:port/name}. */
    public String url(Part part) {
        String url = TestServer.get().url(name());
        return isLeast(part) ? url.replaceFirst("//[^@]*@", "//" + login(part) + ":" + PASSWORD + "@") : url;
    }

    /** Its address as JDBC wants it, without user and password. */
    public String jdbcUrl() {
        return TestServer.get().jdbc(name());
    }

    /** The owner of everything. */
    public String user() {
        return TestServer.get().login().getProperty("user", "postgres");
    }

    /** That user's password, empty when there is none. */
    public String password() {
        return TestServer.get().login().getProperty("password", "");
    }

    /** Who a part logs in as. */
    public String user(Part part) {
        return isLeast(part) ? login(part) : user();
    }

    /** That user's password, empty when there is none. */
    public String password(Part part) {
        return isLeast(part) ? PASSWORD : password();
    }

    /** {@link #dataSource(Part)} for clients and a monitor together. */
    public DataSource dataSource() {
        return dataSource(Part.HOUSE);
    }

    /** Opens a new connection at each call, unpooled. */
    public DataSource dataSource(Part part) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(user(part));
        source.setPassword(password(part));
        return source;
    }

    /** A new connection of a part; close it. */
    public Connection connection(Part part) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), user(part), password(part));
    }

    /** A new connection of the owner; close it. */
    public Connection connection() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(), TestServer.get().login());
    }

    /** Runs statements in a connection of their own. */
    public void execute(String sql) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    /** Runs one statement with binds; the number of rows it changed. */
    public int update(String sql, Object... binds) {
        try (Connection connection = connection();
                PreparedStatement statement = bound(connection, sql, binds)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    /** The first column of the first row, null when it is null or there is no row. */
    public <T> @Nullable T one(Class<T> type, String sql, Object... binds) {
        try (Connection connection = connection();
                PreparedStatement statement = bound(connection, sql, binds);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? row.getObject(1, type) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    /** The first column of the first row as a number; for counts. */
    public long number(String sql, Object... binds) {
        try (Connection connection = connection();
                PreparedStatement statement = bound(connection, sql, binds);
                ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new IllegalStateException("no row from: " + sql);
            }
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e.getMessage() + " in: " + sql, e);
        }
    }

    private static PreparedStatement bound(Connection connection, String sql, Object... binds) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < binds.length; i++) {
            statement.setObject(i + 1, binds[i]);
        }
        return statement;
    }
}
