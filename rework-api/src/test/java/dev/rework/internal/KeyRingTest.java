package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.SecretKeyMissing;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyRingTest {
    private static final String ONE = KeyRing.newKey();
    private static final String TWO = KeyRing.newKey();

    @TempDir
    Path home;

    @Test
    @Tag("S15")
    void theNewestSealsAndAllOpen() {
        KeyRing old = KeyRing.parse(ONE);
        KeyRing both = KeyRing.parse("# old and new\n" + ONE + "\n" + TWO + "\n");
        String before = old.seal("secret", "here");
        String after = both.seal("secret", "here");

        assertThat(both.open(before, "here")).isEqualTo("secret");
        assertThat(both.open(after, "here")).isEqualTo("secret");
        assertThat(old.open(after, "here")).as("an unknown key").isNull();
        assertThat(both.isNewest(after)).isTrue();
        assertThat(both.isNewest(before)).isFalse();
        assertThat(both.seal("secret", "here")).as("twice the same").isNotEqualTo(after);
        assertThat(KeyRing.parse(both.text()).ids()).isEqualTo(both.ids());
    }

    @Test
    @Tag("S15")
    void nothingOpensElsewhereOrChanged() {
        KeyRing ring = KeyRing.parse(ONE);
        String sealed = ring.seal("secret", "here");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ring.open(sealed, "there"))
                .withMessage("was sealed for another operation or field, or changed since");
        for (int i = sealed.lastIndexOf('.') + 1; i < sealed.length(); i++) {
            char other = sealed.charAt(i) == 'A' ? 'B' : 'A';
            String changed = sealed.substring(0, i) + other + sealed.substring(i + 1);
            // The last character of base64 may hold bits that mean nothing.
            if (i < sealed.length() - 1) {
                assertThatIllegalArgumentException().isThrownBy(() -> ring.open(changed, "here"));
            }
        }
        for (String wrong : new String[] {"", "x", "1.", "2." + ring.ids().get(0) + ".AAAA", "..", "1..", "$"}) {
            assertThat(Stream.of(wrong).map(text -> opens(ring, text))).containsExactly(false);
        }
    }

    private static boolean opens(KeyRing ring, String text) {
        try {
            return ring.open(text, "here") != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Test
    @Tag("S15")
    void aWrongKeyIsNamedAndNotQuoted() {
        for (String wrong : new String[] {"hunter2", ONE.substring(4), ONE + "AAAA", "é"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> KeyRing.parse(ONE + "," + wrong))
                    .withMessage("key 2 is not 32 bytes in base64 (openssl rand -base64 32 makes one)")
                    .withNoCause();
        }
        assertThat(KeyRing.parse(ONE).toString()).doesNotContain(ONE);
    }

    @Test
    @Tag("S15")
    void aFileIsMadeForItsOwnerAloneAndRefusedWhenOthersMayReadIt() throws Exception {
        SecretKeys keys = SecretKeys.of(Map.of(), new ReworkHome(home.resolve("new")));
        assertThat(keys.ring().isEmpty()).isTrue();
        String id = keys.add();
        Path file = home.resolve("new").resolve("secret.key");
        assertThat(keys.ring().ids()).containsExactly(id);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> SecretKeys.of(Map.of(), new ReworkHome(home.resolve("new")))
                        .ring())
                .isInstanceOf(SecretKeyMissing.class)
                .hasMessage("others may read the keys of secrets in " + file + ": chmod 600 it");
    }

    @Test
    @Tag("S15")
    void aVariableGoesBeforeAFileAndAWorkerIsToldEither() throws Exception {
        Path file = Files.writeString(home.resolve("k"), TWO);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Map<String, String> named = Map.of("REWORK_SECRET_KEY_FILE", file.toString());
        Map<String, String> given = Map.of("REWORK_SECRET_KEY_FILE", file.toString(), "REWORK_SECRET_KEY", ONE + "\n");
        ReworkHome none = new ReworkHome(home);

        for (Map<String, String> environment : java.util.List.of(named, given)) {
            SecretKeys keys = SecretKeys.of(environment, none);
            assertThat(SecretKeys.ofLaunch(keys.launchText()).ring().ids())
                    .isEqualTo(keys.ring().ids());
            assertThat(keys.toString()).doesNotContain(ONE);
        }
        assertThat(SecretKeys.of(named, none).launchText()).isEqualTo("file:" + file);
        assertThat(SecretKeys.of(given, none).ring().ids())
                .isEqualTo(KeyRing.parse(ONE).ids());
        assertThatThrownBy(() -> SecretKeys.of(given, none).add()).hasMessageContaining("given in REWORK_SECRET_KEY");
    }

    @Test
    @Tag("S15")
    void redactionFindsEveryFormAndNothingShort() {
        Redaction redaction = RedactedJson.of(Codec.parse("[\"pass\\\"word é\", {\"x\": 123456}, \"abc\", true,"
                + " \"-----BEGIN KEY-----\\nMIIEvQIBADANBg\\n\"]"));
        assertThat(redaction.apply("a pass\"word é b \"pass\\\"word é\" pass%22word+%C3%A9 123456 abc true"))
                .isEqualTo("a *** b \"***\" *** *** abc true");
        assertThat(redaction.apply("MIIEvQIBADANBg")).isEqualTo("***");
        assertThat(redaction.applyToJson("{\"a\":[\"x pass\\\"word é\"],\"n\":123456}"))
                .isEqualTo("{\"a\":[\"x ***\"],\"n\":123456}");
        Redaction basic = RedactedJson.of(Codec.parse("\"corr/ect horse é\""));
        for (String before : List.of("", "a", "ab", "joe:")) {
            String text = before + "corr/ect horse é" + before;
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            assertThat(basic.apply(Base64.getEncoder().encodeToString(bytes)))
                    .as(text)
                    .hasSizeLessThan(20)
                    .contains("***");
        }
        assertThat(basic.apply("corr%2Fect%20horse%20%C3%A9 corr\\/ect horse é corr/ect horse \\u00e9"
                        + " 636f72722f65637420686f72736520c3a9"))
                .isEqualTo("*** *** *** ***");
        byte[] broken = {'a', (byte) 0xff, 'b'};
        assertThat(redaction.apply(broken)).isSameAs(broken);
        assertThat(Redaction.NONE.isEmpty()).isTrue();
    }
}
