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
import org.jspecify.annotations.Nullable;

/**
 * A mechanism that reads a sequence segment by segment beside the same transformer that attends to all of it at once.
 *
 * @param memory mechanism
 * @param lengths of sequences in tokens, increasing
 * @param schemes that the mechanism is trained with; empty = inference only
 * @param infers whether inference is measured
 * @param dim width of the model, for estimates of time
 */
public record HistoryGrid(String memory, List<Integer> lengths, List<Bptt> schemes, boolean infers, int dim) {
    /** What the mechanism is compared with. */
    public static final String BASELINE = "none";

    public HistoryGrid {
        lengths = List.copyOf(lengths);
        schemes = List.copyOf(schemes);
    }

    /**
     * One curve.
     *
     * @param mode training or inference
     * @param memory mechanism
     * @param scheme of training; null in inference, and for the baseline, whose one segment leaves no choice
     */
    public record Line(
            Bench.Mode mode, String memory, @Nullable Bptt scheme) {
        boolean isBaseline() {
            return memory.equals(BASELINE);
        }

        String model() {
            if (isBaseline()) {
                return "full history";
            }
            return scheme == null ? memory : memory + " (" + BpttGrid.name(scheme) + ")";
        }

        String modeName() {
            return mode.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One cell for every curve and length, short lengths first.
     *
     * @param arguments of the command that measures it
     */
    public List<Cell> cells(BiFunction<Line, Integer, List<String>> arguments) {
        List<Cell> cells = new ArrayList<>();
        for (int length : lengths) {
            for (Line line : lines()) {
                cells.add(new Cell(name(line, length), arguments.apply(line, length), work(line, length)));
            }
        }
        return cells;
    }

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        if (!schemes.isEmpty()) {
            lines.add(new Line(Bench.Mode.TRAIN, BASELINE, null));
            schemes.forEach(scheme -> lines.add(new Line(Bench.Mode.TRAIN, memory, scheme)));
        }
        if (infers) {
            lines.add(new Line(Bench.Mode.INFER, BASELINE, null));
            lines.add(new Line(Bench.Mode.INFER, memory, null));
        }
        return lines;
    }

    /** Linear maps take 24 dim^2 operations a token and layer, attention to everything 4 length dim. */
    private double work(Line line, int length) {
        double token = 1 + (line.isBaseline() ? length / (6.0 * dim) : 0);
        return (line.mode() == Bench.Mode.TRAIN ? 3 : 1) * token * length;
    }

    private static String name(Line line, int length) {
        return line.modeName() + ", " + line.model() + ", " + length + " tokens";
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

        private CellResult result(Line line, int length) {
            return results.getOrDefault(name(line, length), CellResult.MISSING);
        }

        private CellResult baseline(Line line, int length) {
            return result(new Line(line.mode(), BASELINE, null), length);
        }

        @Override
        public String title() {
            return "Memory instead of history: " + memory;
        }

        @Override
        public String summary() {
            return memory + " reading a sequence segment by segment, beside the same transformer attending to all of it"
                    + " at once; every figure from a process of its own.";
        }

        @Override
        public List<String> headings() {
            return List.of(
                    "mode",
                    "tokens",
                    "model",
                    "peak MiB",
                    "MiB above the model's own",
                    "history / this",
                    "tokens/s",
                    "this / history");
        }

        @Override
        public List<List<String>> rows() {
            List<List<String>> rows = new ArrayList<>();
            for (Line line : lines()) {
                for (int length : lengths) {
                    CellResult result = result(line, length);
                    CellResult history = baseline(line, length);
                    rows.add(List.of(
                            line.modeName(),
                            String.valueOf(length),
                            line.model(),
                            Figures.peak(result),
                            Figures.mib(result.aboveModelBytes()),
                            Figures.ratio(history.aboveModelBytes(), result.aboveModelBytes()),
                            Figures.speed(result),
                            Figures.ratio(history.stepSeconds(), result.stepSeconds())));
                }
            }
            return rows;
        }

        @Override
        public List<String> notes() {
            List<String> notes = new ArrayList<>();
            notes.add("history / this compares memory above the model's own, this / history compares speed.");
            for (Line line : lines()) {
                if (!line.isBaseline()) {
                    String head = line.modeName() + ", " + line.model();
                    notes.add(head + ", less memory than the full history: "
                            + crossing(line, CellResult::aboveModelBytes).text());
                    notes.add(head + ", less time than the full history: "
                            + crossing(line, CellResult::stepSeconds).text());
                }
            }
            return notes;
        }

        private Crossing crossing(Line line, ToDoubleFunction<CellResult> value) {
            return Crossing.of(
                    lengths.stream().mapToDouble(Integer::doubleValue).toArray(),
                    lengths.stream()
                            .mapToDouble(length -> value.applyAsDouble(baseline(line, length)))
                            .toArray(),
                    values(line, value));
        }

        private double[] values(Line line, ToDoubleFunction<CellResult> value) {
            return lengths.stream()
                    .mapToDouble(length -> value.applyAsDouble(result(line, length)))
                    .toArray();
        }

        @Override
        public Map<String, LineChart> charts() {
            Map<String, LineChart> charts = new LinkedHashMap<>();
            for (Line line : lines()) {
                String mode = line.modeName();
                String words = line.mode() == Bench.Mode.TRAIN ? "Training" : "Inference";
                curve(
                        charts,
                        mode + "-memory",
                        words + ": memory",
                        "MiB above the model's own",
                        line,
                        r -> Figures.mebibytes(r.aboveModelBytes()));
                curve(
                        charts,
                        mode + "-speed",
                        words + ": speed",
                        "tokens per second",
                        line,
                        r -> r instanceof CellResult.Measured measured ? measured.tokensPerSecond() : Double.NaN);
            }
            return charts;
        }

        private void curve(
                Map<String, LineChart> charts,
                String file,
                String title,
                String yLabel,
                Line line,
                ToDoubleFunction<CellResult> value) {
            charts.computeIfAbsent(
                            file,
                            f -> new LineChart(title, "tokens of a sequence", yLabel)
                                    .withLogX()
                                    .withLogY())
                    .with(new LineChart.Series(
                            line.model(),
                            lengths.stream().mapToDouble(Integer::doubleValue).toArray(),
                            values(line, value)));
        }

        @Override
        public Map<String, Object> toMap() {
            List<Map<String, Object>> cells = new ArrayList<>();
            Map<String, Object> crossings = new LinkedHashMap<>();
            for (Line line : lines()) {
                for (int length : lengths) {
                    CellResult result = result(line, length);
                    CellResult history = baseline(line, length);
                    Map<String, Object> cell = new LinkedHashMap<>();
                    cell.put("mode", line.modeName());
                    cell.put("tokens", length);
                    cell.put("memory", line.memory());
                    if (line.scheme() != null) {
                        cell.put("bptt", BpttGrid.name(line.scheme()));
                    }
                    cell.putAll(result.toMap());
                    cell.put("memory_of_history_over_this", history.aboveModelBytes() / result.aboveModelBytes());
                    cell.put("speed_of_this_over_history", history.stepSeconds() / result.stepSeconds());
                    cells.add(cell);
                }
                if (!line.isBaseline()) {
                    String key = line.modeName() + ", " + line.model();
                    crossings.put(
                            key,
                            Map.of(
                                    "memory",
                                    crossing(line, CellResult::aboveModelBytes).toMap(),
                                    "time",
                                    crossing(line, CellResult::stepSeconds).toMap()));
                }
            }
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("memory", memory);
            map.put("cells", cells);
            map.put("crossings", crossings);
            return map;
        }
    }
}
