package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.InvalidInput;
import dev.rework.InvalidOperation;
import dev.rework.Registered;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.RegistrationIndex.Entry;
import dev.rework.internal.db.OperationStore;
import dev.rework.internal.db.OperationStore.Filter;
import dev.rework.internal.db.OperationStore.Found;
import dev.rework.internal.db.OperationStore.Listed;
import dev.rework.internal.db.RegistrationStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RegistrarTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private static final Map<String, Path> COMPILED = new HashMap<>();

    @TempDir
    static Path cache;

    @TempDir
    Path folder;

    private DataSource database;
    private Jdbi jdbi;
    private OperationStore operations;
    private RegistrationStore registrations;

    @BeforeEach
    void clean() {
        database = DB.dataSource(TestDatabase.Part.OPERATOR);
        jdbi = Jdbi.create(DB.dataSource(TestDatabase.Part.OWNER));
        jdbi.useHandle(handle -> handle.execute("truncate rework.operation, rework.audit cascade"));
        operations = new OperationStore(Jdbi.create(database));
        registrations = new RegistrationStore(Jdbi.create(database));
    }

    private static final String ONE = "@Operation public static void one(TaskContext task) {}";
    private static final String TWO =
            "@Operation(timeout = \"PT1M\", priority = 5, description = \"Second\") public static int two(int in) { return in; }";
    private static final String IMAGES = "@Operation(domain = \"images\") public static void three() {}";

    /** A directory of classes with these methods, in place of the one that had this name. */
    private Path classes(String name, String... methods) throws Exception {
        String source = "package user; import dev.rework.*; public class Tasks {" + String.join("\n", methods) + "}";
        Path compiled = COMPILED.get(source);
        if (compiled == null) {
            compiled = new UserCode(cache).classes(source);
            COMPILED.put(source, compiled);
        }
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("user"));
        try (Stream<Path> files = Files.list(compiled.resolve("user"))) {
            for (Path file : files.toList()) {
                Files.copy(file, home.resolve("user").resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return home;
    }

    private Registrar.Options options(String host, String domain, String asDomain) {
        return new Registrar.Options(host, domain, asDomain, List.of(), new ReworkHome(folder.resolve("home")));
    }

    private Registered register(Path path) {
        return register(path, "h", null, null);
    }

    private Registered register(Path path, String host, String domain, String asDomain) {
        return Registrar.register(database, path, options(host, domain, asDomain));
    }

    private List<String> live() {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select o.domain || '/' || o.name || '@' || r.host from rework.registration r"
                                + " join rework.operation o on o.id = r.operation"
                                + " where r.retired_at is null order by 1")
                .mapTo(String.class)
                .list());
    }

    private RegistrationIndex index(String host, String domain) {
        return RegistrationIndex.read(RegistrationIndex.file(
                new ReworkHome(folder.resolve("home")), registrations.installation(), host, domain));
    }

    @Test
    @DisplayName("C02 registering counts what is new and what was known")
    void countsWhatIsNewAndWhatWasKnown() throws Exception {
        Path tasks = classes("tasks", ONE, TWO);
        assertThat(register(tasks)).isEqualTo(new Registered(2, 0));
        assertThat(register(tasks)).isEqualTo(new Registered(0, 2));
        assertThat(register(classes("tasks", ONE, TWO, IMAGES))).isEqualTo(new Registered(1, 2));
        assertThat(register(tasks, "other", null, null)).isEqualTo(new Registered(3, 0));
        assertThat(register(tasks, "h", "images", null)).isEqualTo(new Registered(0, 1));
        assertThat(register(tasks, "h", "nowhere", null)).isEqualTo(new Registered(0, 0));
        assertThat(live())
                .containsExactly(
                        "default/one@h",
                        "default/one@other",
                        "default/two@h",
                        "default/two@other",
                        "images/three@h",
                        "images/three@other");
    }

    @Test
    void whatThePathNoLongerDeclaresIsRetiredOnThatHostAlone() throws Exception {
        register(classes("tasks", ONE, TWO, IMAGES));
        register(folder.resolve("tasks"), "other", null, null);
        assertThat(register(classes("tasks", ONE))).isEqualTo(new Registered(0, 1));
        assertThat(live())
                .containsExactly("default/one@h", "default/one@other", "default/two@other", "images/three@other");
        assertThat(index("h", "default").entries()).extracting(Entry::name).containsExactly("one");
        assertThat(index("h", "images").entries()).isEmpty();
        assertThat(index("other", "images").entries()).hasSize(1);
        assertThat(register(classes("tasks", ONE, TWO))).isEqualTo(new Registered(1, 1));
    }

    @Test
    void aFilteredRegistrationRetiresOnlyInItsDomain() throws Exception {
        register(classes("tasks", ONE, IMAGES));
        Path fewer = classes("tasks", TWO);
        assertThat(register(fewer, "h", "images", null)).isEqualTo(new Registered(0, 0));
        assertThat(live()).containsExactly("default/one@h");
    }

    @Test
    @DisplayName("W20 --asdomain registers under that domain, beside the other one")
    void underAnotherDomainItLivesBesideItself() throws Exception {
        Path tasks = classes("tasks", ONE, TWO);
        register(tasks);
        assertThat(register(tasks, "h", null, "staging")).isEqualTo(new Registered(2, 0));
        assertThat(register(tasks)).isEqualTo(new Registered(0, 2));
        assertThat(live()).containsExactly("default/one@h", "default/two@h", "staging/one@h", "staging/two@h");
        assertThat(index("h", "staging").entries()).hasSize(2);
        register(classes("tasks", ONE), "h", null, "staging");
        assertThat(live()).containsExactly("default/one@h", "default/two@h", "staging/one@h");
        Path clash =
                classes("clash", ONE, "@Operation(domain = \"images\", name = \"one\") public static void also() {}");
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> register(clash, "h", null, "staging"))
                .withMessageContaining("two operations called `one`");
        assertThat(register(clash, "h", "images", "staging")).isEqualTo(new Registered(0, 1));
    }

    @Test
    void anotherPathMayTakeAnOperationOver() throws Exception {
        register(classes("old", ONE, TWO));
        register(classes("new", TWO));
        assertThat(index("h", "default").find("two").path())
                .isEqualTo(folder.resolve("new").toString());
        assertThat(index("h", "default").classpath()).containsExactly(folder.resolve("new"), folder.resolve("old"));
        register(classes("old", ONE));
        assertThat(live()).containsExactly("default/one@h", "default/two@h");
    }

    @Test
    @DisplayName("W15 registering again never touches tasks")
    @Tag("fault-37")
    void tasksAreNeverTouched() throws Exception {
        register(classes("tasks", ONE, TWO));
        long queued = task("one", "queued", "");
        long done = task("two", "queued", "");
        register(classes("tasks", IMAGES));
        List<Long> tasks = jdbi.withHandle(handle -> handle.createQuery("select id from rework.task order by id")
                .mapTo(Long.class)
                .list());
        assertThat(tasks).containsExactly(queued, done);
        assertThat(operations.list(new Filter(null, null, "one", 10, 0)))
                .extracting(Listed::host)
                .containsExactly((String) null);
    }

    private long task(String operation, String state, String host) {
        return jdbi.withHandle(handle -> handle.createQuery("insert into rework.task (operation, state, host, run_at)"
                        + " select id, :state, :host, now() + interval '1 day' from rework.operation"
                        + " where name = :operation returning id")
                .bind("operation", operation)
                .bind("state", state)
                .bind("host", host)
                .mapTo(Long.class)
                .one());
    }

    @Test
    void anythingWrongWritesNothing() throws Exception {
        Path wrong = classes(
                "wrong",
                ONE,
                "@Operation static void hidden() {}",
                "@Operation public static void two(int a, int b) {}");
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> register(wrong))
                .satisfies(e -> assertThat(e.problems()).hasSize(2));
        Path none = classes("none", "public static void one() {}");
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> register(none))
                .withMessage("no method annotated with @Operation in " + none);
        assertThat(live()).isEmpty();
        assertThat(folder.resolve("home")).doesNotExist();
    }

    @Test
    void whenTheDatabaseRefusesTheIndexStaysAsItWas() throws Exception {
        register(classes("tasks", ONE));
        RegistrationIndex before = index("h", "default");
        jdbi.useHandle(handle ->
                handle.execute("alter table rework.registration add constraint no_two check (method_name <> 'two')"));
        try {
            assertThatThrownBy(() -> register(classes("tasks", ONE, TWO))).hasMessageContaining("no_two");
        } finally {
            jdbi.useHandle(handle -> handle.execute("alter table rework.registration drop constraint no_two"));
        }
        assertThat(index("h", "default")).isEqualTo(before);
        assertThat(live()).containsExactly("default/one@h");
    }

    @Test
    @Tag("fault-37")
    void manyAtOnceAgree() throws Exception {
        Path tasks = classes("tasks", ONE, TWO, IMAGES);
        Path reversed = classes("reversed", IMAGES, TWO, ONE);
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            List<Callable<Registered>> calls = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String host = "h" + i % 3;
                Path path = i % 2 == 0 ? tasks : reversed;
                calls.add(() -> register(path, host, null, null));
            }
            int added = 0;
            for (Future<Registered> done : threads.invokeAll(calls)) {
                added += done.get().added();
            }
            assertThat(added).isEqualTo(9);
        } finally {
            threads.shutdownNow();
        }
        assertThat(live()).hasSize(9);
        for (String host : List.of("h0", "h1", "h2")) {
            assertThat(index(host, "default").entries()).hasSize(2);
            assertThat(index(host, "images").entries()).hasSize(1);
        }
    }

    @Test
    void aDomainOrHostThatNoneCanHaveLeavesNothingBehind() throws Exception {
        Path path = classes("app", ONE);
        for (String domain : List.of("", " ", " padded", "x".repeat(201), "two\nlines", "\u001b[2J")) {
            assertThatThrownBy(() -> register(path, "h", null, domain))
                    .isInstanceOf(InvalidOperation.class)
                    .hasMessageContaining("domain `");
        }
        assertThatThrownBy(() -> register(path, "h".repeat(201), null, null))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("the host has 201 characters");
        assertThat(live()).isEmpty();
        assertThat(folder.resolve("home").resolve("registrations")).doesNotExist();
    }

    /** The index of a host and domain is read, changed and written. */
    @Test
    void manyPathsAtOnceAllGetIntoTheIndex() throws Exception {
        List<Callable<Registered>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Path path = classes("path" + i, "@Operation public static void op" + i + "() {}");
            calls.add(() -> register(path, "h", null, null));
        }
        ExecutorService threads = Executors.newFixedThreadPool(calls.size());
        try {
            for (Future<Registered> done : threads.invokeAll(calls)) {
                assertThat(done.get().added()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(index("h", "default").entries()).hasSize(6);
    }

    @Test
    void operationsAreFoundWithTheirHosts() throws Exception {
        Path tasks = classes(
                "tasks", ONE, TWO, "@Operation(domain = \"images\", name = \"one\") public static void other() {}");
        register(tasks);
        register(tasks, "a", "default", null);
        assertThat(operations.find("one", null))
                .extracting(found -> found.domain() + " " + found.hosts())
                .containsExactly("default [a, h]", "images [h]");
        Found two = operations.find("two", "default").get(0);
        assertThat(two.priority()).isEqualTo(5);
        assertThat(two.inputs()).isEqualTo("{\"type\":\"integer\",\"format\":\"int32\"}");
        assertThat(operations.find("two", "images")).isEmpty();
        assertThat(operations.near("tow")).containsExactly("default/two");
        assertThat(operations.near("one_")).containsExactly("default/one", "images/one");
        assertThat(operations.near("resize")).isEmpty();
    }

    @Test
    void listsShowTheNewestLastAndGoOnAfterAnId() throws Exception {
        Path tasks = classes("tasks", ONE, TWO, IMAGES);
        register(tasks);
        register(tasks, "a", "images", null);
        List<Listed> all = operations.list(new Filter(null, null, null, 50, 0));
        assertThat(all)
                .extracting(row -> row.domain() + "/" + row.name() + "@" + row.host())
                .containsExactly("default/one@h", "default/two@h", "images/three@a", "images/three@h");
        Listed two = all.get(1);
        assertThat(two.timeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(two.description()).isEqualTo("Second");
        assertThat(two.path()).isEqualTo(tasks.toString());
        assertThat(two.outputs()).isEqualTo("{\"type\":\"integer\",\"format\":\"int32\"}");
        assertThat(all.get(0).inputs()).isNull();
        assertThat(operations.list(new Filter(null, null, null, 2, 0))).isEqualTo(all.subList(2, 4));
        assertThat(operations.list(new Filter(null, null, null, 2, all.get(0).id())))
                .isEqualTo(all.subList(1, 3));
        assertThat(operations.list(new Filter("images", "a", null, 50, 0))).isEqualTo(all.subList(2, 3));
        assertThat(operations.list(new Filter(null, null, "two", 50, 0))).isEqualTo(all.subList(1, 2));
    }

    @Test
    @Tag("fault-38")
    void unregisteringNamesTheTasksInTheWay() throws Exception {
        Path tasks = classes("tasks", ONE, TWO);
        register(tasks);
        register(tasks, "a", null, null);
        List<RegistrationStore.Row> onlyH = registrations.find("one", "default", null, "h");
        List<RegistrationStore.Row> both = registrations.find("one", null, "%task%", null);
        assertThat(both).hasSize(2);
        assertThat(registrations.find("one", "images", null, null)).isEmpty();
        long anywhere = task("one", "queued", "");
        long there = task("one", "scheduled", "h");
        task("two", "queued", "h");
        assertThat(registrations.tasksInTheWay(onlyH)).containsExactly(there);
        assertThat(registrations.tasksInTheWay(both)).containsExactly(anywhere, there);
        assertThat(Registrar.unregister(database, onlyH, new ReworkHome(folder.resolve("home"))))
                .isEqualTo(1);
        assertThat(Registrar.unregister(database, onlyH, new ReworkHome(folder.resolve("home"))))
                .isEqualTo(0);
        assertThat(DB.number("select count(*) from rework.audit where verb = 'unregister' and target like"
                        + " 'operation % on host h' and detail like 'one in default: %/tasks'"))
                .isEqualTo(1);
        assertThat(DB.number("select count(*) from rework.audit where verb = 'register' and target = 'host h'"
                        + " and detail like '%/tasks: 2 new, 0 known'"))
                .isEqualTo(1);
        assertThat(live()).containsExactly("default/one@a", "default/two@a", "default/two@h");
        assertThat(index("h", "default").find("one")).isNull();
        assertThat(index("a", "default").find("one")).isNotNull();
        assertThat(registrations.tasksInTheWay(registrations.find("one", null, null, null)))
                .containsExactly(anywhere);
    }

    @Test
    @DisplayName("A05 specs of all types are stored as JSON, none and an empty one kept apart, domains filtered")
    void specsAreStoredAsJson() throws Exception {
        Path tasks = classes(
                "tasks",
                "public record All(byte[] file, String string, @Default(\"65\") int number, boolean bool,"
                        + " java.time.Instant datetime, Moment moment, @Choices({\"a\", \"b\"}) String letter) {}",
                "@Operation public static void all(All in) {}",
                "@Operation public static void empty() {}",
                ONE,
                IMAGES,
                "@Operation(domain = \"ham\") public static int ham(TaskContext task) { return 1; }",
                "@Operation(domain = \"ham\") public static void spam(String in) {}");
        int registered = register(tasks, "h", "default", null).added()
                + register(tasks, "h", "ham", null).added();
        assertThat(registered).isEqualTo(5);
        assertThat(operations.find("one", null).get(0).inputs()).isNull();
        assertThat(operations.find("empty", null).get(0).inputs())
                .isEqualTo("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}");
        assertThat(operations.find("ham", null).get(0).outputs())
                .isEqualTo("{\"type\":\"integer\",\"format\":\"int32\"}");
        InputSchema all = InputSchema.parse(operations.find("all", null).get(0).inputs());
        assertThat(all.fields())
                .containsExactly(
                        new InputSchema.Field("file", "file", true, null, List.of()),
                        new InputSchema.Field("string", "string", true, null, List.of()),
                        new InputSchema.Field("number", "integer", false, "65", List.of()),
                        new InputSchema.Field("bool", "boolean", true, null, List.of()),
                        new InputSchema.Field("datetime", "datetime", true, null, List.of()),
                        new InputSchema.Field("moment", "moment", true, null, List.of()),
                        new InputSchema.Field("letter", "string", true, null, List.of("\"a\"", "\"b\"")));
    }
}
