package dev.rework.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run says of its samples. */
class ReportTest {
    private final Samples samples = new Samples();

    @Test
    void aNoisySampleCountsOnlyWhenThereIsNoQuietOne() {
        sample("a", 1, 10, 0);
        sample("a", 2, 20, 0);
        sample("a", 3, 1, 1.5);
        sample("b", 1, 7, 1.5);
        assertThat(samples.median("a")).isEqualTo(15);
        assertThat(samples.summary("a").n()).isEqualTo(3);
        assertThat(samples.summary("a").quiet()).isEqualTo(2);
        assertThat(samples.median("b")).isEqualTo(7);
    }

    @Test
    void aRatioComparesWithinEachRound() {
        sample("ours", 1, 10, 0);
        sample("ours", 2, 100, 0);
        sample("ours", 3, 5, 0);
        sample("floor", 1, 20, 0);
        sample("floor", 2, 200, 0);
        assertThat(samples.ratio("ours", "floor")).isEqualTo(0.5);
        assertThat(samples.ratio("ours", "nothing")).isNaN();
    }

    @Test
    void quantilesLieBetweenSamples() {
        assertThat(Samples.quantile(List.of(4.0, 1.0, 3.0, 2.0), 0.5)).isEqualTo(2.5);
        assertThat(Samples.quantile(List.of(4.0, 1.0, 3.0, 2.0), 1)).isEqualTo(4);
        assertThat(Samples.quantile(List.of(), 0.5)).isNaN();
    }

    @Test
    void thePageSaysWhichGoalsAreMetAndHasCharts(@TempDir Path docs) throws Exception {
        sample("drain.noop.2", 1, 80_000, 0);
        sample("floor.drain.100x4", 1, 100_000, 0);
        sample("latency.start.p50", 1, 9, 0);
        report().write(docs);
        assertThat(Files.readString(docs.resolve("performance.md")))
                .contains("| drain.noop.2 / floor.drain.100x4 | 0.80 | ≥ 0.70 | met |")
                .contains("| latency.start.p50 | 9.00 | ≤ 4.00 | **not met** |")
                .contains("](performance/drain.svg)")
                .contains("fsync=on");
        assertThat(Files.readString(docs.resolve("performance/drain.svg")))
                .startsWith("<svg ")
                .contains("80,000");
        assertThat(Files.readString(docs.resolve("performance.json"))).contains("\"drain.noop.2\": {\"unit\": \"x\"");
    }

    @Test
    void figuresOfAnEarlierRunStandBesideThoseOfThisAndSayWhenTheyWereTaken(@TempDir Path docs) throws Exception {
        sample("growth.empty", 1, 50, 0);
        sample("growth.finished", 1, 45, 0);
        sample("logs.2", 1, 1, 0);
        Path json = docs.resolve("earlier.json");
        Files.writeString(json, report().json());
        Samples now = new Samples();
        now.add("logs.2", "x", new Samples.Sample(1, 2, 0));
        Options options = Options.parse("--merge", json.toString());
        Report report = new Report(now, options, Map.of("cores", "2"), Map.of("fsync", "on"));
        report.merge();
        report.write(docs);
        assertThat(now.median("logs.2")).isEqualTo(2);
        assertThat(Files.readString(docs.resolve("performance.md")))
                .contains("1 rounds; `growth.*` in a run of their own, taken 2")
                .contains("| growth.finished / growth.empty | 0.90 |");
        assertThat(Files.readString(docs.resolve("performance.json"))).contains("\"taken\": \"2");
        Report elsewhere = new Report(now, options, Map.of("cores", "64"), Map.of("fsync", "on"));
        assertThatThrownBy(elsewhere::merge).hasMessageContaining("another machine");
    }

    @Test
    void optionsAreReadAndWrongOnesRefused() {
        Options options = Options.parse("postgres://h/d", "--scale", "tiny", "--rounds", "2", "--only", "drain,logs");
        assertThat(options.database()).contains("postgres://h/d");
        assertThat(options.scale()).isEqualTo(Options.Scale.TINY);
        assertThat(options.wants("logs")).isTrue();
        assertThat(options.wants("enqueue")).isFalse();
        assertThat(Options.parse().wants("peers")).isFalse();
        assertThat(Options.parse("--peers").wants("peers")).isTrue();
        assertThatThrownBy(() -> Options.parse("--rounds", "0")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Options.parse("--nonsense", "1")).hasMessageContaining("--nonsense");
        assertThatThrownBy(() -> Options.parse("--only", "drain,nosuch")).hasMessageStartingWith("--only must name");
        assertThatThrownBy(() -> Options.parse("--scale")).hasMessageContaining("needs a value");
    }

    private Report report() {
        return new Report(samples, Options.parse(), Map.of("cores", "2"), Map.of("fsync", "on"));
    }

    private void sample(String name, int round, double value, double foreign) {
        samples.add(name, "x", new Samples.Sample(round, value, foreign));
    }
}
