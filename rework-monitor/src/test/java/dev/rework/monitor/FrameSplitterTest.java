package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.Frame;
import dev.rework.internal.KeyRing;
import dev.rework.internal.LinePayload;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.LogCopy.Line;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FrameSplitterTest {

    private static final byte[] NONCE = "a1b2c3d4".getBytes(StandardCharsets.US_ASCII);

    private final List<String> heard = new ArrayList<>();
    private final List<Line> lines = new ArrayList<>();
    private static final SecretKeys KEYS = SecretKeys.ofLaunch(KeyRing.newKey());

    private final WorkerOutput output = new WorkerOutput(NONCE, LogCap.Limits.DEFAULT, KEYS, new WorkerOutput.Ears() {
        @Override
        public void line(Line line) {
            lines.add(line);
        }

        @Override
        public void aside(String text) {
            heard.add("aside " + text);
        }

        @Override
        public void sync(long number) {
            heard.add("sync " + number + " after " + lines.size());
        }

        @Override
        public void frame(Frame frame) {
            heard.add(frame.type().name());
        }
    });

    private static byte[] frame(Frame.Type type, Object... fields) {
        return Frame.of(type, fields).bytes(NONCE);
    }

    private static byte[] line(LinePayload.Stream stream, String level, boolean continues, String text) {
        return new LinePayload(5, stream, level, continues, "log", text.getBytes(StandardCharsets.UTF_8))
                .frame()
                .bytes(NONCE);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] all(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    private void feed(byte[]... parts) {
        byte[] joined = all(parts);
        output.feed(joined, joined.length);
    }

    private List<String> texts() {
        return lines.stream()
                .map(line -> line.task() + " " + line.stream() + " " + line.text())
                .toList();
    }

    @Test
    void linesBelongToTheTaskBegunLastWhereverTheyArePrinted() {
        feed(
                bytes("before any task\n"),
                frame(Frame.Type.BEGIN, 7, 1, 0, 0),
                bytes("native "),
                line(LinePayload.Stream.STDOUT, "INFO", false, "framed"),
                bytes("line\r\n"),
                frame(Frame.Type.END, 7, 1),
                bytes("late"),
                frame(Frame.Type.BEGIN, 8, 1, 500, 20),
                bytes("next\n"),
                frame(Frame.Type.SYNC, 3));
        assertThat(texts())
                .containsExactly("7 stdout framed", "7 stdout native line", "7 stdout late", "8 stdout next");
        assertThat(heard).containsExactly("aside before any task", "BEGIN", "END", "BEGIN", "sync 3 after 4");
        assertThat(output.hand()).isNotNull();
        assertThat(output.hand().timeoutMillis()).isEqualTo(500);
    }

    @Test
    void aSecretThatCannotBeOpenedHoldsNothingUp() {
        feed(
                frame(Frame.Type.BEGIN, 7, 1, 0, 0),
                frame(Frame.Type.SECRET, "no seal of ours"),
                frame(Frame.Type.SECRET, KeyRing.parse(KeyRing.newKey()).seal("of another key", "pipe")),
                bytes("goes on\n"),
                frame(Frame.Type.END, 7, 1));
        assertThat(texts()).containsExactly("7 stdout goes on");
        assertThat(heard).anyMatch(text -> text.startsWith("aside what children print is not looked through"));
    }

    @Test
    void anyCutOfTheStreamGivesTheSameLines() {
        byte[] stream = all(
                frame(Frame.Type.BEGIN, 7, 1, 0, 0),
                bytes("a\u0001rwb\u0001\n"),
                line(LinePayload.Stream.STDERR, "WARNING", true, "one "),
                bytes("é€😀\r"),
                line(LinePayload.Stream.STDERR, "WARNING", false, "piece"),
                bytes("x"),
                frame(Frame.Type.END, 7, 1));
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            lines.clear();
            int at = 0;
            while (at < stream.length) {
                int length = Math.min(stream.length - at, 1 + random.nextInt(20));
                byte[] part = java.util.Arrays.copyOfRange(stream, at, at + length);
                output.feed(part, length);
                at += length;
            }
            assertThat(texts())
                    .containsExactly("7 stdout a\u0001rwb\u0001", "7 stdout é€😀", "7 stderr one piece", "7 stdout x");
        }
    }

    @Test
    void textThatLooksLikeAFrameOfAnotherWorkerIsText() {
        byte[] foreign = Frame.of(Frame.Type.END, 7, 1).bytes(bytes("ffffffff"));
        feed(frame(Frame.Type.BEGIN, 7, 1, 0, 0), foreign, bytes("\n"));
        assertThat(output.hand()).isNotNull();
        assertThat(lines).hasSize(1);
    }

    @Test
    void linesBelowTheTasksLevelAreNotStored() {
        feed(
                frame(Frame.Type.BEGIN, 7, 1, 0, 0),
                frame(Frame.Type.LEVEL, "WARNING"),
                line(LinePayload.Stream.LOG, "INFO", false, "no"),
                line(LinePayload.Stream.LOG, "ERROR", false, "yes"),
                frame(Frame.Type.BEGIN, 8, 1, 0, 0),
                line(LinePayload.Stream.LOG, "TRACE", false, "all again"));
        assertThat(texts()).containsExactly("7 log yes", "8 log all again");
    }

    @Test
    void hugeLinesAndBadBytesAreHarmless() {
        byte[] huge = new byte[200_000];
        java.util.Arrays.fill(huge, (byte) 'x');
        feed(
                frame(Frame.Type.BEGIN, 7, 1, 0, 0),
                huge,
                bytes("\nnul \0 and "),
                new byte[] {(byte) 0xff},
                bytes("\n\n"));
        assertThat(lines).hasSize(6);
        assertThat(lines.subList(0, 4))
                .allSatisfy(line -> assertThat(line.text().length()).isLessThanOrEqualTo(LineSplitter.MAX));
        assertThat(lines.get(4).text()).isEqualTo("nul \u2400 and \ufffd");
        assertThat(lines.get(5).text()).isEmpty();
    }

    @Test
    void charactersAreNotCutWhereLinesAre() {
        LineSplitter splitter = new LineSplitter(text -> heard.add(text));
        byte[] euros = "€".repeat(40_000).getBytes(StandardCharsets.UTF_8);
        splitter.feed(euros, 0, euros.length);
        splitter.flush();
        assertThat(String.join("", heard)).isEqualTo("€".repeat(40_000));
        assertThat(heard).hasSize(2);
    }

    @Test
    @Tag("fault-11")
    void progressWithoutLineEndsIsShownPieceByPiece() {
        feed(frame(Frame.Type.BEGIN, 7, 1, 0, 0), bytes("\r10 %\r20 %\rdone\nprompt? "));
        assertThat(texts()).containsExactly("7 stdout 10 %", "7 stdout 20 %", "7 stdout done");
        output.pause();
        assertThat(texts()).endsWith("7 stdout prompt? ");
    }

    @Test
    @Tag("fault-10")
    void theCapKeepsTheFirstAndTheLastAndTheExactCount() {
        List<Line> kept = new ArrayList<>();
        LogCap cap = new LogCap(new LogCap.Limits(3, 1000, 2, 1000), kept::add);
        for (int i = 1; i <= 10; i++) {
            cap.accept(new Line(7, 1, i, "stdout", "INFO", "", "line " + i));
        }
        cap.flush();
        assertThat(kept)
                .extracting(Line::text)
                .containsExactly("line 1", "line 2", "line 3", "5 lines dropped", "line 9", "line 10");
        assertThat(kept.get(3)).extracting(Line::stream, Line::level).containsExactly("rework", "WARNING");
    }
}
