package dev.mneme.cli.bench;

import dev.mneme.cli.report.LineChart;
import dev.mneme.runtime.train.TrainConfig.Bptt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;

/**
 * Memory and time of training over so many segments under schemes of back-propagation through time.
 *
 * @param memory mechanism
 * @param segments increasing
 * @param schemes to compare
 */
public record BpttGrid(String memory, List<Integer> segments, List<Bptt> schemes) {
    public BpttGrid {
        segments = List.copyOf(segments);
        schemes = List.copyOf(schemes);
    }

    /**
     * One cell for every number of segments and scheme.
     *
     * @param arguments of the command that measures it
     */
    public List<Cell> cells(BiFunction<Integer, Bptt, List<String>> arguments) {
        List<Cell> cells = new ArrayList<>();
        for (int count : segments) {
            for (Bptt scheme : schemes) {
                cells.add(new Cell(name(count, scheme), arguments.apply(count, scheme), count));
            }
        }
        return cells;
    }

    private static String name(int count, Bptt scheme) {
        return name(scheme) + ", " + count + (count == 1 ? " segment" : " segments");
    }

    /** The value of {@code train.bptt}. */
    public static String name(Bptt scheme) {
        return scheme.name().toLowerCase(Locale.ROOT);
    }

    /**
     * What came out.
     *
     * @param results by the cells' names; some may be missing
     */
    public GridReport report(Map<String, CellResult> results) {
        return new Report(Map.copyOf(results));
    }

    private final class Report implements GridReport {
        private final Map<String, CellResult> results;

        Report(Map<String, CellResult> results) {
            this.results = results;
        }

        private CellResult result(int count, Bptt scheme) {
            return results.getOrDefault(name(count, scheme), CellResult.MISSING);
        }

        @Override
        public String title() {
            return "Back-propagation through time: " + memory;
        }

        @Override
        public String summary() {
            return "Peak memory and time of a training step over a number of segments, every figure from a process of"
                    + " its own.";
        }

        @Override
        public List<String> headings() {
            return List.of(
                    "segments",
                    "scheme",
                    "peak MiB",
                    "MiB above the model's own",
                    "full / this",
                    "seconds a step",
                    "this / full");
        }

        @Override
        public List<List<String>> rows() {
            List<List<String>> rows = new ArrayList<>();
            for (int count : segments) {
                CellResult full = result(count, Bptt.FULL);
                for (Bptt scheme : schemes) {
                    CellResult result = result(count, scheme);
                    rows.add(List.of(
                            String.valueOf(count),
                            name(scheme),
                            Figures.peak(result),
                            Figures.mib(result.aboveModelBytes()),
                            Figures.ratio(full.aboveModelBytes(), result.aboveModelBytes()),
                            Figures.seconds(result),
                            Figures.ratio(result.stepSeconds(), full.stepSeconds())));
                }
            }
            return rows;
        }

        @Override
        public List<String> notes() {
            return List.of(
                    "Memory: of the process, resident; on a GPU what its allocator has in use. The model's own: with"
                            + " parameters and optimizer state, before the first step. full / this compares memory above"
                            + " it, this / full compares time.");
        }

        @Override
        public Map<String, LineChart> charts() {
            Map<String, LineChart> charts = new LinkedHashMap<>();
            charts.put(
                    "memory",
                    chart(
                            "Memory of training " + memory,
                            "MiB above the model's own",
                            r -> Figures.mebibytes(r.aboveModelBytes())));
            charts.put("time", chart("Time of training " + memory, "seconds a step", CellResult::stepSeconds));
            return charts;
        }

        private LineChart chart(String title, String yLabel, ToDoubleFunction<CellResult> value) {
            LineChart chart = new LineChart(title, "segments of a step", yLabel)
                    .withLogX()
                    .withLogY();
            double[] x = segments.stream().mapToDouble(Integer::doubleValue).toArray();
            for (Bptt scheme : schemes) {
                double[] y = segments.stream()
                        .mapToDouble(count -> value.applyAsDouble(result(count, scheme)))
                        .toArray();
                chart.with(new LineChart.Series(name(scheme), x, y));
            }
            return chart;
        }

        @Override
        public Map<String, Object> toMap() {
            List<Map<String, Object>> cells = new ArrayList<>();
            for (int count : segments) {
                CellResult full = result(count, Bptt.FULL);
                for (Bptt scheme : schemes) {
                    CellResult result = result(count, scheme);
                    Map<String, Object> cell = new LinkedHashMap<>();
                    cell.put("segments", count);
                    cell.put("scheme", name(scheme));
                    cell.putAll(result.toMap());
                    cell.put("memory_of_full_over_this", full.aboveModelBytes() / result.aboveModelBytes());
                    cell.put("time_of_this_over_full", result.stepSeconds() / full.stepSeconds());
                    cells.add(cell);
                }
            }
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("memory", memory);
            map.put("cells", cells);
            return map;
        }
    }
}
