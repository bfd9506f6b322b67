package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.train.TrainConfig.Bptt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HistoryGridTest {
    private static final long MIB = 1 << 20;

    private final HistoryGrid grid = new HistoryGrid("memformer", List.of(256, 1024), List.of(Bptt.REPLAY), true, 64);

    @Test
    void bothModelsAreMeasuredAtEveryLengthInBothModes() {
        List<Cell> cells = grid.cells((line, length) -> List.of(line.memory(), String.valueOf(length)));

        assertThat(cells)
                .extracting(Cell::name)
                .containsExactly(
                        "train, full history, 256 tokens",
                        "train, memformer (replay), 256 tokens",
                        "infer, full history, 256 tokens",
                        "infer, memformer, 256 tokens",
                        "train, full history, 1024 tokens",
                        "train, memformer (replay), 1024 tokens",
                        "infer, full history, 1024 tokens",
                        "infer, memformer, 1024 tokens");
        assertThat(cells.get(4).arguments()).containsExactly("none", "1024");
        assertThat(cells.get(4).work())
                .as("attention grows with the square")
                .isGreaterThan(8 * cells.get(0).work());
    }

    @Test
    void tableAndNotesSayWhereTheCurvesCross() {
        Map<String, CellResult> results = new HashMap<>();
        results.put("infer, full history, 256 tokens", measured(110, 1, 256));
        results.put("infer, memformer, 256 tokens", measured(120, 4, 256));
        results.put("infer, full history, 1024 tokens", measured(180, 16, 1024));
        results.put("infer, memformer, 1024 tokens", measured(120, 4, 1024));

        GridReport report = grid.report(results);

        assertThat(report.rows())
                .contains(
                        List.of("infer", "256", "memformer", "120", "20", "0.50x", "64", "0.25x"),
                        List.of("infer", "1024", "memformer", "120", "20", "4.00x", "256", "4.00x"),
                        List.of("train", "256", "full history", "not measured", "-", "-", "-", "-"));
        assertThat(report.notes())
                .contains(
                        "infer, memformer, less time than the full history: from 512 tokens on",
                        "train, memformer (replay), less time than the full history: "
                                + "no length at which both were measured");
        assertThat(report.charts()).containsOnlyKeys("train-memory", "train-speed", "infer-memory", "infer-speed");
        assertThat(report.toMap().get("crossings").toString()).contains("infer, memformer", "within");
    }

    @Test
    void withoutSchemesNothingIsTrained() {
        HistoryGrid inference = new HistoryGrid("memformer", List.of(256), List.of(), true, 64);

        assertThat(inference.cells((line, length) -> List.of()))
                .allSatisfy(cell -> assertThat(cell.name()).startsWith("infer"));
    }

    private static CellResult measured(long peakMib, double seconds, int tokens) {
        return new CellResult.Measured(tokens / seconds, seconds, peakMib * MIB, 100 * MIB, 5);
    }
}
