package dev.mneme.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LiveLineTest {
    private final StringWriter written = new StringWriter();
    private final AtomicLong clock = new AtomicLong();

    @Test
    void terminalLineRewritesItselfAndVanishes() {
        try (LiveLine line = line(true, 80)) {
            line.update("step 1");
            advance(200);
            line.update("step 2");
        }

        assertThat(written).hasToString("\r\033[Kstep 1\r\033[Kstep 2\r\033[K");
    }

    @Test
    void terminalLineIsCutSoThatItDoesNotWrap() {
        line(true, 10).update("0123456789abc");

        assertThat(written).hasToString("\r\033[K012345678");
    }

    @Test
    void updatesCloseToEachOtherAreSkipped() {
        LiveLine line = line(true, 80);
        line.update("a");
        advance(50);
        line.update("b");

        assertThat(written).hasToString("\r\033[Ka");
    }

    @Test
    void elsewherePlainLinesComeEveryFewSeconds() {
        try (LiveLine line = line(false, Integer.MAX_VALUE)) {
            for (int i = 0; i <= 10; i++) {
                line.update("second " + i);
                advance(1000);
            }
        }

        assertThat(written.toString().lines()).containsExactly("second 0", "second 5", "second 10");
        assertThat(written.toString()).doesNotContain("\033");
    }

    @Test
    void notesStandOnLinesOfTheirOwn() {
        LiveLine line = line(true, 80);
        line.update("step 1");
        line.note("saved");

        assertThat(written.toString()).isEqualTo("\r\033[Kstep 1\r\033[Ksaved" + System.lineSeparator());
    }

    @Test
    void barFillsWithItsShare() {
        assertThat(LiveLine.bar(0.5, 10)).isEqualTo("[#####.....]");
        assertThat(LiveLine.bar(7, 4)).isEqualTo("[####]");
    }

    private LiveLine line(boolean terminal, int width) {
        return new LiveLine(new PrintWriter(written), terminal, width, clock::get);
    }

    private void advance(long milliseconds) {
        clock.addAndGet(milliseconds * 1_000_000);
    }
}
