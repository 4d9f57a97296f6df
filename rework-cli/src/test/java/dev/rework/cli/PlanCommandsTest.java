package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanCommandsTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private static final String NUMBERED = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},"
            + "\"required\":[\"n\"],\"additionalProperties\":false}";

    @TempDir
    Path folder;

    @BeforeEach
    void operations() {
        Rows.operation(DB, "default", "hello", null);
        Rows.operation(DB, "default", "count", NUMBERED);
        Rows.operation(DB, "other", "elsewhere", null);
    }

    @AfterEach
    void empty() {
        DB.execute("truncate rework.task, rework.registration, rework.operation, rework.plan cascade");
    }

    private static Ran rework(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command, DB.url()));
        line.addAll(List.of(more));
        return Ran.rework(line.toArray(String[]::new));
    }

    private static long prepared(String... more) {
        Ran ran = rework("prepare", more);
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        return Long.parseLong(ran.out().strip());
    }

    @Test
    @DisplayName("C16 list-scheduled and unprepare keep the ancestor's lines; the other domain is separate")
    void listsAndDeletes() {
        long plain = prepared("hello", "0 */20 * * * *");
        long other = prepared("elsewhere", "*/5 * * * *", "--metadata", "user=Joe", "--host", Ran.HOST);
        long full = prepared(
                "count",
                "@daily",
                "--zone",
                "Europe/Paris",
                "--missed",
                "all(7)",
                "--overlap",
                "queue",
                "--jitter",
                "PT3S",
                "--input",
                "n=5");

        assertThat(rework("list-scheduled").lines())
                .containsExactly(
                        plain + " `hello` default `no host` `no meta` \"0 */20 * * * *\"",
                        other + " `elsewhere` other " + Ran.HOST + " {\"user\":\"Joe\"} \"*/5 * * * *\"",
                        full + " `count` default `no host` `no meta` \"@daily\" Europe/Paris missed=all(7)"
                                + " overlap=queue jitter=PT3S");
        assertThat(rework("list-scheduled", "--domain", "other").lines()).hasSize(1);
        assertThat(rework("list-scheduled", "--limit", "1").lines().get(0)).startsWith(full + " ");
        assertThat(rework("list-scheduled", "--limit", "1", "--after", "" + plain)
                        .lines()
                        .get(0))
                .startsWith(other + " ");

        Ran first = rework("unprepare", "" + plain);
        assertThat(first.out()).isEqualTo(plain + " : removed 1 prepared operation\n");
        assertThat(first.code()).isZero();
        Ran second = rework("unprepare", "" + plain);
        assertThat(second.out()).isEqualTo(plain + " : removed 0 prepared operation\n");
        assertThat(second.code()).isEqualTo(5);
        assertThat(second.err()).contains("there is no plan " + plain);
    }

    @Test
    void jsonHoldsEverything() {
        prepared("count", "0 12 * * *", "--input", "{\"n\": 5}", "--zone", "Europe/Paris", "--missed", "once");

        Map<String, Object> plan =
                rework("list-scheduled", "-o", "json").objects().get(0);

        assertThat(plan.keySet())
                .containsExactly(
                        "id",
                        "operation",
                        "domain",
                        "host",
                        "rule",
                        "zone",
                        "input",
                        "metadata",
                        "missed",
                        "missedMax",
                        "overlap",
                        "jitter",
                        "paused",
                        "declared",
                        "position",
                        "next",
                        "fired",
                        "skipped",
                        "note");
        assertThat(plan)
                .containsEntry("input", Map.of("n", 5))
                .containsEntry("zone", "Europe/Paris")
                .containsEntry("missed", "once")
                .containsEntry("paused", false);
        assertThat(plan.get("next").toString()).matches("\\d{4}-\\d\\d-\\d\\dT12:00:00\\+0[12]:00");
    }

    @Test
    void scheduledPlanLooksAheadInOrder() {
        prepared("hello", "*/30 * * * *");
        long paused = prepared("count", "*/20 * * * *", "--input", "n=1");
        prepared("elsewhere", "* * * * *");
        assertThat(rework("pause-scheduled", "" + paused).code()).isZero();

        List<String> lines = rework("scheduled-plan", "default", "--hours", "3").lines();

        assertThat(lines).hasSize(6).isSorted();
        assertThat(lines).allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:[03]0:00\\+00:00 hello"));
        rework("resume-scheduled", "" + paused);
        assertThat(rework("scheduled-plan", "default", "--hours", "3").lines())
                .hasSize(15)
                .isSortedAccordingTo(Comparator.comparing(line -> line.substring(0, 25)));
        assertThat(rework("scheduled-plan", "default", "-o", "json").objects())
                .allMatch(fire -> fire.get("domain").equals("default"));
        assertThat(rework("scheduled-plan", "nowhere").out()).isEmpty();
    }

    @Test
    @DisplayName("C18 plans exported, wiped and imported are the same, in an open format")
    void exportsAndImports() throws IOException {
        Path raw = Files.write(folder.resolve("raw"), new byte[] {0, 1, -1});
        prepared("count", "0 12 * * *", "--input", "n=5", "--metadata", "user=Joe", "--missed", "all(7)");
        prepared("hello", "@hourly", "--raw-file", raw.toString(), "--overlap", "skip", "--jitter", "PT3S");
        long paused = prepared("elsewhere", "0 0 1 * *", "--host", Ran.HOST, "--zone", "Asia/Kathmandu");
        rework("pause-scheduled", "" + paused);
        List<String> before = withoutIds();
        String file = folder.resolve("plans.json").toString();

        assertThat(rework("export-scheduled", "--path", file).out()).isEqualTo("saved 3 entries into " + file + "\n");
        DB.execute("delete from rework.plan");
        Ran loaded = rework("import-scheduled", "--path", file);

        assertThat(loaded.err()).isEmpty();
        assertThat(loaded.out()).isEqualTo("loaded 3 entries from " + file + "\n");
        assertThat(withoutIds()).isEqualTo(before);
        assertThat(DB.number("select count(*) from rework.plan where raw_input = '\\x0001ff'"))
                .isEqualTo(1);
        assertThat(DB.number("select count(*) from rework.plan where (input->>'n') = '5'"))
                .isEqualTo(1);
        rework("import-scheduled", "--path", file);
        assertThat(DB.number("select count(*) from rework.plan")).isEqualTo(3);
        assertThat(rework("export-scheduled", "--path", "-", "--domain", "other")
                        .object())
                .containsEntry("format", "rework-plans");
    }

    private static List<String> withoutIds() {
        return rework("list-scheduled").lines().stream()
                .map(line -> line.replaceFirst("^\\d+ ", ""))
                .toList();
    }

    @Test
    @Tag("S12")
    void whatAFileOfPlansHoldsReachesNoTerminalRaw() throws IOException {
        for (String field : List.of("domain", "zone", "missed", "overlap", "jitter")) {
            Path file = Files.writeString(folder.resolve("\u001b[2J.json"), """
                    {"format": "rework-plans", "version": 1, "plans": [
                      {"operation": "hello", "rule": "@daily", "FIELD": "\\u001b]0;x\\u0007\\n\\u202e"}]}
                    """.replace("FIELD", field));
            Ran ran = rework("import-scheduled", "--path", file.toString());
            assertThat(ran.err()).contains("not loaded: ").contains("\u241b]0;x");
            assertThat(ran.err().lines()).hasSize(1);
            assertThat(ran.out() + ran.err()).doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f\u202e]");
        }
    }

    @Test
    void oneWrongEntryDoesNotBlockTheOthers() throws IOException {
        Path file = Files.writeString(folder.resolve("mixed.json"), """
                {"format": "rework-plans", "version": 1, "plans": [
                  {"operation": "gone", "rule": "@daily"},
                  {"operation": "hello", "rule": "0 0 31 2 *"},
                  {"operation": "hello", "rule": 5},
                  {"operation": "count", "rule": "@daily", "input": {"n": "x"}},
                  {"operation": "hello", "rule": "@weekly", "metadata": "user=Joe"},
                  {"operation": "hello", "rule": "@weekly", "missed": "all", "missedMax": "7"},
                  {"operation": "hello", "rule": "@weekly", "missed": "all", "missedMax": 4294967297},
                  {"operation": "hello", "rule": "@weekly", "paused": "yes"},
                  {"operation": "hello", "rule": "@daily"}]}
                """);

        Ran ran = rework("import-scheduled", "--path", file.toString());

        assertThat(ran.out()).isEqualTo("loaded 1 entries from " + file + "\n");
        assertThat(ran.err().lines()).hasSize(8).allMatch(line -> line.startsWith("not loaded: "));
        assertThat(ran.err()).contains("\"metadata\" is not", "\"missedMax\" is not", "\"paused\" is not");
        assertThat(ran.code()).isEqualTo(5);
    }

    @Test
    void launchMakesATaskAtOnce() {
        long plan = prepared("count", "0 0 1 1 *", "--input", "n=5");

        Ran ran = rework("launch-scheduled", "" + plan);

        assertThat(ran.code()).isZero();
        assertThat(DB.number(
                        "select plan from rework.task where id = ?",
                        Long.parseLong(ran.out().strip())))
                .isEqualTo(plan);
        assertThat(rework("launch-scheduled", "999").code()).isEqualTo(5);
        assertThat(rework("pause-scheduled", "999").code()).isEqualTo(5);
        assertThat(rework("resume-scheduled", "999").code()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        2 ; minute "61": 0 to 59 is allowed ; prepare,hello,61 * * * *
        2 ; it never fires ; prepare,hello,0 0 30 2 *
        2 ; 5 fields are needed ; prepare,hello,* * * *
        2 ; --zone must be a time zone ; prepare,hello,@daily,--zone,Mars
        2 ; --missed must be skip, once ; prepare,hello,@daily,--missed,perhaps
        2 ; --overlap must be allow ; prepare,hello,@daily,--overlap,perhaps
        2 ; --jitter must be a duration ; prepare,hello,@daily,--jitter,soon
        2 ; 1 to 10000 are allowed ; prepare,hello,@daily,--missed,all(0)
        2 ; --in must be at most 36500 days ; schedule,count,--in,PT2562047788015215H
        2 ; --timeout must be at most 36500 days ; schedule,count,--wait,--timeout,P99999999999D
        2 ; --days must be at most 36500 ; vacuum,--tasks,--days,2147483647
        2 ; --maxworkers must be between 1 and 10000 ; monitor,--maxworkers,2147483647
        2 ; --grace must be at most 36500 days ; monitor,--grace,P99999999999D
        5 ; nobody ; prepare,nobody,@daily
        1 ; n: is missing ; prepare,count,@daily
        2 ; needs RULE ; prepare,hello
        2 ; must be a number ; unprepare,x
        5 ; no such file ; import-scheduled,--path,/no/such/file
        2 ; --hours must be ; scheduled-plan,default,--hours,0
        2 ; --state must be ; list-scheduled,--state,asleep
        """)
    void whatIsWrongIsSaidInOneLine(int code, String said, String words) {
        String[] all = words.split(",");

        Ran ran = rework(all[0], Arrays.copyOfRange(all, 1, all.length));

        assertThat(ran.code()).isEqualTo(code);
        assertThat(ran.err()).contains(said).doesNotContain("\tat ");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void noExportIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("x.json"), "{\"plans\": []}");
        assertThat(rework("import-scheduled", "--path", file.toString()).code()).isEqualTo(2);
        Files.writeString(file, "\u0080pickle");
        Ran pickle = rework("import-scheduled", "--path", file.toString());
        assertThat(pickle.code()).isEqualTo(2);
        assertThat(pickle.err()).contains("holds no exported plans");
    }
}
