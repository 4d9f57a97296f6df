package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProtocolTest {

    private static final byte[] NONCE = "a1b2c3d4".getBytes(StandardCharsets.US_ASCII);

    @Test
    void everyFrameIsReadBackAsItWasWritten() {
        for (Frame.Type type : Frame.Type.values()) {
            Frame frame = Frame.of(type, 42L, 3, "text of é");
            byte[] bytes = frame.bytes(NONCE);
            Frame.Parsed parsed = Frame.parse(bytes, 0, bytes.length, NONCE);
            assertThat(parsed.size()).isEqualTo(bytes.length);
            assertThat(parsed.frame()).isNotNull();
            assertThat(parsed.frame().type()).isEqualTo(type);
            assertThat(parsed.frame().fields()).containsExactly("42", "3", "text of é");
        }
    }

    @Test
    void aFrameOfAnotherNonceIsPlainOutput() {
        byte[] bytes = Frame.of(Frame.Type.BEGIN, 1, 1).bytes("ffffffff".getBytes(StandardCharsets.US_ASCII));
        assertThat(Frame.parse(bytes, 0, bytes.length, NONCE)).isSameAs(Frame.Parsed.NONE);
    }

    @Test
    void everyPrefixOfAFrameAsksForMore() {
        byte[] bytes = Frame.of(Frame.Type.BEGIN, 7, 1).bytes(NONCE);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(Frame.parse(bytes, 0, length, NONCE)).isSameAs(Frame.Parsed.MORE);
        }
    }

    @Test
    void linesKeepTheirParts() {
        byte[] text = {'a', 0, (byte) 0xff};
        LinePayload line = new LinePayload(5, LinePayload.Stream.STDERR, "WARNING", true, "my.logger", text);
        LinePayload back = LinePayload.of(line.frame());
        assertThat(back).usingRecursiveComparison().isEqualTo(line);
        byte[] full = new byte[LinePayload.room("my.logger")];
        new LinePayload(5, LinePayload.Stream.LOG, "INFO", false, "my.logger", full)
                .frame()
                .bytes(NONCE);
    }

    @Test
    void everyControlIsReadBackAsItWasWritten() {
        List<Control> all = List.of(
                new Control.Wake(),
                new Control.Lease(),
                new Control.Drop(5, 2),
                new Control.End(5, 2, 9, false),
                new Control.End(5, 2, 9, true),
                new Control.Interrupt(9_000_000_000L, 1),
                new Control.Release(),
                new Control.Stop("explicit shutdown"),
                new Control.Reload(),
                new Control.Dump(3),
                new Control.Synced(17),
                new Control.Peak(5, 2, 150));
        assertThat(all.stream().map(Control::line).map(Control::parse)).containsExactlyElementsOf(all);
        assertThat(all.stream().map(Object::getClass).distinct())
                .hasSize(Control.class.getPermittedSubclasses().length);
    }

    @Test
    void aLaunchIsReadBackAndLeavesTheRestOfTheStream() throws Exception {
        WorkerLaunch launch = new WorkerLaunch(
                "jdbc:postgresql://h/db",
                Map.of("password", "a\\b\nc=d"),
                7,
                "a1b2c3d4",
                "h",
                "d",
                "/i",
                "/h",
                "k",
                2,
                true,
                64);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        launch.write(out);
        out.write("wake\n".getBytes(StandardCharsets.UTF_8));
        ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
        assertThat(WorkerLaunch.read(in)).isEqualTo(launch);
        assertThat(WorkerLaunch.line(in)).isEqualTo("wake");
        assertThat(WorkerLaunch.line(in)).isNull();
        assertThat(launch.toString()).doesNotContain("a\\b");
    }

    @Test
    void aHandCellRemembersTheLastBeginnings(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("hand");
        assertThat(HandCell.read(file)).isEmpty();
        {
            HandCell cell = HandCell.create(file);
            for (int i = 0; i < HandCell.SLOTS + 10; i++) {
                cell.begin(i, 1);
            }
        }
        assertThat(HandCell.read(file))
                .hasSize(HandCell.SLOTS)
                .startsWith(new HandCell.Begun(10, 1))
                .endsWith(new HandCell.Begun(HandCell.SLOTS + 9, 1));
    }

    @Test
    @Tag("fault-12")
    void textIsMadeHarmless() {
        assertThat(PlainText.clean("a\0b\ud800c😀")).isEqualTo("a\u2400b\ufffdc😀");
        assertThat(PlainText.shown("\u001b[31m\u202e\n", true)).isEqualTo("\u241b[31m\\u202e\n");
        assertThat(PlainText.shown("a\nb\u0085", false)).isEqualTo("a\u240ab\\u0085");
    }
}
