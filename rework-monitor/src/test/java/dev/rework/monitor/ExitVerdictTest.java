package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ExitVerdictTest {

    @Test
    @Tag("fault-3")
    void exitCodesAndSignalsAreNamed() {
        assertThat(ExitVerdict.of(0, "", false)).isEqualTo(new ExitVerdict(Cause.CRASH, "exit code 0"));
        assertThat(ExitVerdict.of(7, "", false)).isEqualTo(new ExitVerdict(Cause.CRASH, "exit code 7"));
        assertThat(ExitVerdict.of(137, "", false).reason()).isEqualTo("killed by SIGKILL (exit code 137)");
        assertThat(ExitVerdict.of(143, "", false).reason()).isEqualTo("killed by SIGTERM (exit code 143)");
        assertThat(ExitVerdict.of(137, "", false).deathinfo())
                .isEqualTo("Unaccounted death (hard crash): killed by SIGKILL (exit code 137)");
    }

    @Test
    @Tag("fault-4")
    void aJvmsOwnDeathIsTold() {
        String words =
                "#\n# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at pc=0\n";
        assertThat(ExitVerdict.of(134, words, false).reason()).isEqualTo("killed by SIGSEGV (exit code 134)");
        assertThat(ExitVerdict.of(134, "", false).reason()).isEqualTo("killed by SIGABRT (exit code 134)");
    }

    @Test
    @Tag("fault-2")
    void onlyTheJvmsWordsMakeItOutOfMemory() {
        assertThat(ExitVerdict.of(3, "a\nTerminating due to java.lang.OutOfMemoryError: Java heap space\n", false))
                .isEqualTo(new ExitVerdict(Cause.MEMORY, "java.lang.OutOfMemoryError: Java heap space (exit code 3)"));
        assertThat(ExitVerdict.of(3, "", false).cause()).isEqualTo(Cause.CRASH);
    }

    @Test
    void onlyAWorkerThatSaidSoWasNotToBeBelieved() {
        assertThat(ExitVerdict.of(71, "", true).cause()).isEqualTo(Cause.LOST);
        assertThat(ExitVerdict.of(71, "", false)).isEqualTo(new ExitVerdict(Cause.CRASH, "exit code 71"));
    }
}
