package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.train.TrainConfig.Bptt;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class BpttGridTest {
    private static final long MIB = 1 << 20;

    private final BpttGrid grid = new BpttGrid("memformer", List.of(8, 16), List.of(Bptt.FULL, Bptt.REPLAY));

    @Test
    void everyPairIsACellWhoseWorkIsItsSegments() {
        List<Cell> cells = grid.cells((segments, scheme) -> List.of(segments + "/" + scheme));

        assertThat(cells)
                .extracting(Cell::name)
                .containsExactly("full, 8 segments", "replay, 8 segments", "full, 16 segments", "replay, 16 segments");
        assertThat(cells.get(2).arguments()).containsExactly("16/FULL");
        assertThat(cells.get(3).work()).isEqualTo(16);
    }

    @Test
    void tableComparesEverySchemeWithFullBackPropagation() {
        GridReport report = grid.report(Map.of(
                "full, 8 segments", measured(900, 2),
                "replay, 8 segments", measured(200, 2.5),
                "full, 16 segments", new CellResult.Failed("out of memory"),
                "replay, 16 segments", measured(210, 5)));

        assertThat(report.rows())
                .containsExactly(
                        List.of("8", "full", "900", "800", "1.00x", "2", "1.00x"),
                        List.of("8", "replay", "200", "100", "8.00x", "2.500", "1.25x"),
                        List.of("16", "full", "out of memory", "-", "-", "-", "-"),
                        List.of("16", "replay", "210", "110", "-", "5", "-"));
        assertThat(report.rows()).allSatisfy(row -> assertThat(row).hasSameSizeAs(report.headings()));
        assertThat(report.charts()).containsOnlyKeys("memory", "time");
        assertThat(report.charts().get("memory").render().html())
                .contains("full from 800.0 to 800.0", "replay from 100.0 to 110.0");
    }

    @Test
    void recordOfAnUnfinishedGridSaysWhatIsMissing() {
        Map<String, Object> record =
                grid.report(Map.of("full, 8 segments", measured(900, 2))).toMap();

        assertThat(record.get("cells").toString()).contains("step_seconds=2.0", "reason=not measured");
    }

    private static CellResult measured(long peakMib, double seconds) {
        return new CellResult.Measured(1000 / seconds, seconds, peakMib * MIB, 100 * MIB, 5);
    }
}
