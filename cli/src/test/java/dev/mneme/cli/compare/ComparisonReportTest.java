package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.console.Console;
import dev.mneme.runtime.evaluate.Metrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ComparisonReportTest {
    @TempDir
    private Path folder;

    private final ComparisonPlan plan = Plans.small(null);
    private final Map<String, CellOutcome> outcomes = new LinkedHashMap<>();
    private CellStore store;

    /** Mechanism a: 0.8 and 1.0; b: 0.1 and a failure; at four segments half of that. */
    @BeforeEach
    void run() throws IOException {
        store = new CellStore(folder);
        for (PlannedPlace place : plan.places()) {
            boolean isA = place.place().memory().name().equals("a");
            double share = place.place().size().intValue() == 2 ? 1 : 0.5;
            for (PlannedCell cell : place.cells()) {
                double accuracy = share * (isA ? 0.8 + 0.2 * cell.seed() : 0.1);
                boolean fails = !isA && cell.seed() == 1;
                outcomes.put(cell.key(), fails ? new CellOutcome.Failed("no, \"never\"") : finished(accuracy));
                record(cell, accuracy);
            }
        }
    }

    private static CellOutcome finished(double accuracy) {
        Metrics metrics = new Metrics(Map.of("accuracy", accuracy, "chance", 0.125, "loss", 1.0));
        return new CellOutcome.Finished(metrics, 5, 10, 2000, 3 << 20, 1001, false);
    }

    private void record(PlannedCell cell, double accuracy) throws IOException {
        Files.createDirectories(store.folder(cell));
        Files.writeString(store.metrics(cell), """
                {"step":1,"loss":2.0,"seconds":1.5}
                {"step":2,"loss":1.5,"seconds":3.0}
                {"step":2,"split":"validation","accuracy":0.125}
                {"step":3,"loss":1.0,"seconds":4.0}
                {"step":3,"split":"validation","accuracy":%s}
                {"step":3,"split":"test","accuracy":0.7}
                """.formatted(accuracy));
    }

    @Test
    void tableHasMeanAndSpreadOverTheSeeds() {
        ComparisonReport report = report();

        assertThat(report.headings())
                .containsExactly(
                        "task",
                        "size",
                        "mechanism",
                        "seeds",
                        "metric",
                        "mean",
                        "spread",
                        "parameters",
                        "state",
                        "time",
                        "tokens/s",
                        "peak");
        assertThat(report.rows())
                .hasSize(4)
                .allSatisfy(row -> assertThat(row).hasSameSizeAs(report.headings()))
                .startsWith(
                        List.of(
                                "segment-copy",
                                "segments=2",
                                "a",
                                "2/2",
                                "accuracy",
                                "90.0 %",
                                "14.1 %",
                                "1,001",
                                "256 B",
                                "10 s",
                                "2000",
                                "3.0 MB"),
                        List.of(
                                "segment-copy",
                                "segments=2",
                                "b",
                                "1/2",
                                "accuracy",
                                "10.0 %",
                                "-",
                                "1,001",
                                "256 B",
                                "10 s",
                                "2000",
                                "3.0 MB"));
    }

    @Test
    void failuresAreNamedAndMakeItIncomplete() {
        assertThat(report().isComplete()).isFalse();
        assertThat(report().notes())
                .contains("Failed: b on segment-copy, segments=2, seed 1: no, \"never\"")
                .hasSize(3);
    }

    @Test
    void curvesAreMeansOverTheSeeds() {
        var charts = report().charts();

        assertThat(charts)
                .containsOnlyKeys(
                        "segment-copy-length",
                        "segment-copy-segments-2-steps",
                        "segment-copy-segments-2-time",
                        "segment-copy-segments-4-steps",
                        "segment-copy-segments-4-time",
                        "segment-copy-memory",
                        "segment-copy-state");
        assertThat(charts.get("segment-copy-length").render().html())
                .contains("over tokens of a sequence; a from 0.9000 to 0.4500; b from 0.1000 to 0.05000")
                .contains("best possible without memory at 0.1250");
        assertThat(charts.get("segment-copy-segments-2-steps").render().html())
                .contains("a from 0.1250 to 0.9000; b from 0.1250 to 0.1000");
        assertThat(charts.get("segment-copy-segments-2-time").render().html()).contains("a: 0.9000 at 4");
        assertThat(charts.get("segment-copy-memory").render().html()).contains("peak memory of a process, MiB");
    }

    @Test
    void whatWasHeldEqualIsSaid() {
        ComparisonPlan held = Plans.small(new Budget(1000L, null, null, null));

        ComparisonReport report = new ComparisonReport(held, outcomes, store);

        assertThat(report.heldEqual())
                .containsExactly(
                        "Held equal: 1,000 parameters, within 1.0 %.",
                        "a: model.feed_forward=7 gives 1,001 parameters (+0.10 %).",
                        "b: model.feed_forward=7 gives 1,001 parameters (+0.10 %).");
        assertThat(report.headings()).endsWith("adjusted");
        assertThat(report.rows().get(0)).endsWith("model.feed_forward=7");
        assertThat(report.toMap().get("held_equal"))
                .isEqualTo(Map.of("what", "parameters", "amount", 1000L, "tolerance", 0.01));
    }

    @Test
    void recordsHoldTableAndRuns() {
        String json = Console.toJson(report().toMap());

        assertThat(json)
                .contains("\"complete\":false")
                .contains("\"mechanism\":\"a\",\"memory\":\"a\",\"seeds\":2,\"asked_seeds\":2,\"metric\":\"accuracy\","
                        + "\"mean\":0.9,\"deviation\":0.141")
                .contains("\"seed\":1,", "\"reason\":\"no, \\\"never\\\"\"");
        List<String> table = Csv.text(report().table()).lines().toList();
        assertThat(table).hasSize(5);
        assertThat(table.get(0))
                .startsWith("task,size_setting,size,mechanism,memory,seeds,asked_seeds,metric,mean,deviation,min,max,")
                .contains("seconds.mean", "peak_bytes.max", "metrics.accuracy.deviation");
        assertThat(table.get(2)).startsWith("segment-copy,task.segments,2,b,b,1,2,accuracy,0.1,,0.1,0.1,1001,256,8,");
        List<String> cells = Csv.text(report().cells()).lines().toList();
        assertThat(cells).hasSize(9);
        assertThat(cells.get(4)).endsWith(",\"no, \"\"never\"\"\"");
    }

    private ComparisonReport report() {
        return new ComparisonReport(plan, outcomes, store);
    }
}
