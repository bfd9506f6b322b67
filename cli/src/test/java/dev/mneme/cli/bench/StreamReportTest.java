package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StreamReportTest {
    private static final long MIB = 1 << 20;

    /** Twenty samples of 100 tokens; the last tenth is slower, the second half larger. */
    private static StreamReport report() {
        List<StreamMeter.Sample> samples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            samples.add(new StreamMeter.Sample(
                    100L * (i + 1), i < 18 ? 0.001 : 0.0015, (i < 10 ? 400 : 410) * MIB, i < 18 ? 5000 : 5500));
        }
        return new StreamReport("memformer", samples);
    }

    @Test
    void tenthsAndHalvesAreCompared() {
        assertThat(report().timeRatio()).isCloseTo(1.5, within(1e-12));
        assertThat(report().memoryRatio()).isCloseTo(1.025, within(1e-12));
        assertThat(report().notes())
                .containsExactly(
                        "time of the last tenth / of the first: 1.500",
                        "largest resident memory of the second half / of the first: 1.0250",
                        "bytes of the saved session, largest of the last tenth / of the first: 1.1000");
    }

    @Test
    void aRowIsATenth() {
        assertThat(report().rows()).hasSize(10).first().isEqualTo(List.of("200", "10.00", "400.0"));
        assertThat(report().rows().get(9)).isEqualTo(List.of("2000", "15.00", "410.0"));
    }
}
