package dev.mneme.cli.compare;

import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.runtime.evaluate.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The curves of a comparison; means over the seeds. */
final class ComparisonCharts {
    private static final double MEBI = 1 << 20;
    private static final double KIBI = 1 << 10;

    private final List<Standing> standings;
    private final Map<String, CellOutcome> outcomes;
    private final Function<PlannedCell, Path> records;
    private final Map<String, LineChart> charts = new LinkedHashMap<>();

    /**
     * Nothing is drawn yet.
     *
     * @param records where the record of a run is
     */
    ComparisonCharts(List<Standing> standings, Map<String, CellOutcome> outcomes, Function<PlannedCell, Path> records) {
        this.standings = standings;
        this.outcomes = outcomes;
        this.records = records;
    }

    /** Charts by file name without its ending. */
    Map<String, LineChart> draw() {
        Set<TaskChoice> tasks = new LinkedHashSet<>();
        standings.forEach(standing -> tasks.add(standing.place().task()));
        for (TaskChoice task : tasks) {
            List<Standing> rows = standings.stream()
                    .filter(standing -> standing.place().task().equals(task))
                    .toList();
            drawLengths(task, rows);
            drawCourse(rows);
            drawAgainst(task, rows, "memory", "peak memory of a process, MiB", ComparisonCharts::peakMebibytes);
            drawAgainst(task, rows, "state", "state of a stream, KiB", row -> row.stateBytes() / KIBI);
        }
        return charts;
    }

    private void drawLengths(TaskChoice task, List<Standing> rows) {
        Sizes sizes = rows.get(0).place().sizes();
        if (sizes == null || sizes.values().size() < 2) {
            return;
        }
        boolean inTokens = differInTokens(rows, sizes.values().size());
        String metric = rows.get(0).metric();
        String x = inTokens ? "tokens of a sequence" : sizes.setting();
        LineChart chart = new LineChart(
                title("Test", metric, task.name()) + " against " + (inTokens ? "sequence length" : sizes.setting()),
                x,
                axis(metric));
        byMechanism(rows)
                .forEach((name, own) -> chart.with(series(
                        name, own, s -> s.length(inTokens), s -> s.result().mean())));
        charts.put(slug(task.name() + "-length"), withBound(chart, rows));
    }

    private static boolean differInTokens(List<Standing> rows, int sizes) {
        Set<Long> lengths = new LinkedHashSet<>();
        for (Standing row : rows) {
            ModelSize size = row.planned().size();
            if (size != null) {
                lengths.add(size.sequenceTokens());
            }
        }
        return !lengths.contains(0L) && lengths.size() == sizes;
    }

    private void drawCourse(List<Standing> rows) {
        Map<String, List<Standing>> grounds = new LinkedHashMap<>();
        rows.forEach(row -> grounds.computeIfAbsent(row.place().ground(), any -> new ArrayList<>())
                .add(row));
        grounds.forEach((ground, own) -> {
            String metric = own.get(0).metric();
            LineChart steps =
                    new LineChart(title("Validation", metric, ground) + " against steps", "step", axis(metric));
            LineChart time = new LineChart(
                    title("Validation", metric, ground) + " against time", "seconds of training", axis(metric));
            for (Standing row : own) {
                Curve curve = curve(row);
                String name = row.place().memory().name();
                steps.with(new LineChart.Series(name, curve.steps(), curve.values()));
                time.with(new LineChart.Series(name, curve.seconds(), curve.values()));
            }
            charts.put(slug(ground + "-steps"), withBound(steps, own));
            charts.put(slug(ground + "-time"), withBound(time, own));
        });
    }

    private Curve curve(Standing row) {
        List<Curve> curves = new ArrayList<>();
        for (PlannedCell cell : row.planned().cells()) {
            Path record = records.apply(cell);
            if (outcomes.get(cell.key()) instanceof CellOutcome.Finished && Files.exists(record)) {
                curves.add(Curve.of(RunRecord.read(record), row.metric()));
            }
        }
        return Curve.mean(curves);
    }

    private static double peakMebibytes(Standing row) {
        return row.of(CellOutcome.Finished::peakBytes).mean() / MEBI;
    }

    private void drawAgainst(
            TaskChoice task, List<Standing> rows, String file, String x, ToDoubleFunction<Standing> amount) {
        String metric = rows.get(0).metric();
        LineChart chart = new LineChart(
                title("Test", metric, task.name()) + " against " + (file.equals("state") ? "state" : "peak memory"),
                x,
                axis(metric));
        byMechanism(rows)
                .forEach((name, own) ->
                        chart.with(series(name, own, amount, s -> s.result().mean())));
        charts.put(slug(task.name() + "-" + file), withBound(chart, rows));
    }

    private static Map<String, List<Standing>> byMechanism(List<Standing> rows) {
        Map<String, List<Standing>> byMechanism = new LinkedHashMap<>();
        rows.forEach(row -> byMechanism
                .computeIfAbsent(row.place().memory().name(), any -> new ArrayList<>())
                .add(row));
        return byMechanism;
    }

    private static LineChart.Series series(
            String name, List<Standing> rows, ToDoubleFunction<Standing> x, ToDoubleFunction<Standing> y) {
        List<double[]> points = rows.stream()
                .filter(row -> !row.finished().isEmpty())
                .map(row -> new double[] {x.applyAsDouble(row), y.applyAsDouble(row)})
                .sorted(Comparator.comparingDouble(point -> point[0]))
                .toList();
        return new LineChart.Series(
                name,
                points.stream().mapToDouble(point -> point[0]).toArray(),
                points.stream().mapToDouble(point -> point[1]).toArray());
    }

    /** The bound of accuracy, where it is the same in all rows. */
    private static LineChart withBound(LineChart chart, List<Standing> rows) {
        double[] bounds = rows.stream()
                .filter(row -> row.metric().equals(Metrics.ACCURACY))
                .mapToDouble(row -> row.metric(Metrics.CHANCE).mean())
                .filter(Double::isFinite)
                .distinct()
                .toArray();
        return bounds.length == 1 ? chart.withLevel("best possible without memory", bounds[0]) : chart;
    }

    private static String title(String split, String metric, String ground) {
        return split + " " + metric.replace('_', ' ') + ", " + ground + ",";
    }

    private static String axis(String metric) {
        return metric.equals(Metrics.ACCURACY) ? "share right" : metric.replace('_', ' ');
    }

    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
