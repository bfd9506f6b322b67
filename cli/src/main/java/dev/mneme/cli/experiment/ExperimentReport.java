package dev.mneme.cli.experiment;

import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.experiment.ExperimentResult.Verdict;
import dev.mneme.cli.experiment.ExperimentRunner.Outcome;
import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.report.Page;
import dev.mneme.cli.report.Tables;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.cli.run.RunReport;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.tensor.EngineInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page of an experiment. */
public final class ExperimentReport {
    private ExperimentReport() {}

    /**
     * Draws the page.
     *
     * @param attention of trained models, titled; may be empty
     */
    public static Page page(ExperimentResult result, EngineInfo engine, List<Fragment> attention) {
        Experiment experiment = result.experiment();
        Page page = new Page(experiment.title(), experiment.question())
                .section("Result", results(result))
                .section("Why", Fragment.paragraph(experiment.why()))
                .section("Curves", curves(result));
        if (!attention.isEmpty()) {
            page.section("Attention", Fragment.join(attention));
        }
        return page.section(
                        "Settings", Tables.pairs("What differs from the defaults in all runs.", experiment.settings()))
                .section("Environment", RunReport.environment(engine));
    }

    private static Fragment[] results(ExperimentResult result) {
        List<Fragment> fragments = new ArrayList<>();
        if (!result.experiment().expectations().isEmpty()) {
            fragments.add(verdicts(result));
        }
        fragments.add(outcomes(result));
        if (result.experiment().against() != null) {
            fragments.add(accuracyAgainst(result, result.experiment().against()));
        }
        result.experiment().sweeps().forEach(sweep -> fragments.add(chart(result, sweep)));
        return fragments.toArray(Fragment[]::new);
    }

    /** A metric, mean over the seeds, over the setting that was varied at evaluation; a curve a run. */
    static Fragment chart(ExperimentResult result, Experiment.Sweep sweep) {
        LineChart chart = new LineChart(
                "Test " + sweep.metric().replace('_', ' ') + " against " + sweep.setting(),
                sweep.setting(),
                sweep.metric().equals(Metrics.ACCURACY)
                        ? "share right"
                        : sweep.metric().replace('_', ' '));
        sweep.of().forEach(run -> chart.with(series(result, sweep, run, run, sweep.metric())));
        if (sweep.metric().equals(Metrics.ACCURACY)) {
            LineChart.Series bound =
                    series(result, sweep, sweep.of().get(0), "best possible without memory", Metrics.CHANCE);
            if (Arrays.stream(bound.y()).anyMatch(Double::isFinite)) {
                chart.with(bound);
            }
        }
        return chart.render();
    }

    private static LineChart.Series series(
            ExperimentResult result, Experiment.Sweep sweep, String run, String name, String metric) {
        double[] x = sweep.values().stream().mapToDouble(Number::doubleValue).toArray();
        double[] y = sweep.values().stream()
                .mapToDouble(value -> result.outcomes().stream()
                        .filter(outcome -> outcome.name().equals(sweep.name(run, value)))
                        .mapToDouble(outcome -> outcome.metrics().get(metric).orElse(Double.NaN))
                        .average()
                        .orElse(Double.NaN))
                .toArray();
        return new LineChart.Series(name, x, y);
    }

    /** Test accuracy of the first seed over a setting that differs between the runs. */
    private static Fragment accuracyAgainst(ExperimentResult result, String key) {
        List<double[]> points = new ArrayList<>();
        for (Experiment.Run run : result.experiment().runs()) {
            if (run.settings().get(key) instanceof Number x) {
                result.outcomes().stream()
                        .filter(outcome -> outcome.name().equals(run.name()))
                        .findFirst()
                        .ifPresent(outcome -> points.add(
                                new double[] {x.doubleValue(), outcome.metrics().accuracy()}));
            }
        }
        double[] x = points.stream().mapToDouble(point -> point[0]).toArray();
        double[] y = points.stream().mapToDouble(point -> point[1]).toArray();
        return new LineChart("Test accuracy against " + key, key, "share right")
                .with(new LineChart.Series("accuracy", x, y))
                .withLevel("best possible without memory", result.bound())
                .render();
    }

    private static Fragment verdicts(ExperimentResult result) {
        List<Tables.Row> rows = result.verdicts().stream()
                .map(verdict -> new Tables.Row(cells(verdict), verdict.holds() ? Tables.Mark.GOOD : Tables.Mark.BAD, 4))
                .toList();
        return Tables.table(
                result.holds() ? "Every expectation holds." : "Not every expectation holds.",
                List.of("run", "seed", "expected", "found", "verdict"),
                rows);
    }

    /** The columns of an expectation: run, seed, expected, found, verdict. */
    public static List<String> cells(Verdict verdict) {
        boolean share = verdict.text().startsWith("accuracy");
        return List.of(
                verdict.of(),
                String.valueOf(verdict.seed()),
                verdict.text(),
                share ? Quantity.percent(verdict.value()) : Quantity.number(verdict.value()),
                verdict.holds() ? "pass" : "FAIL");
    }

    private static Fragment outcomes(ExperimentResult result) {
        List<Tables.Row> rows = result.outcomes().stream()
                .map(outcome -> Tables.Row.of(
                        outcome.name(),
                        String.valueOf(outcome.seed()),
                        Quantity.count(outcome.parameters()),
                        Quantity.number(outcome.metrics().loss()),
                        Quantity.percent(outcome.metrics().accuracy()),
                        Quantity.percent(result.bound()),
                        further(outcome.metrics()),
                        outcome.record() == null ? "-" : Quantity.number(outcome.seconds()) + " s"))
                .toList();
        return Tables.table(
                "All runs and evaluations on the test split.",
                List.of(
                        "run",
                        "seed",
                        "parameters",
                        "loss",
                        "accuracy",
                        "bound without memory",
                        "further metrics",
                        "training"),
                rows);
    }

    /** What the task measures beyond accuracy, such as {@code bits_per_byte 2.31}. */
    public static String further(Metrics metrics) {
        return Stream.of("exact", "bits_per_byte", "bleu")
                .filter(name -> metrics.get(name).isPresent())
                .map(name -> name + " " + Quantity.number(metrics.get(name).orElseThrow()))
                .collect(Collectors.joining(", "));
    }

    /** The curves of the first seed of every run. */
    private static Fragment curves(ExperimentResult result) {
        LineChart loss = new LineChart("Training loss, first seed", "step", "nats per label");
        LineChart accuracy = new LineChart("Validation accuracy, first seed", "step", "share right")
                .withLevel("best possible without memory", result.bound());
        List<String> drawn = new ArrayList<>();
        for (Outcome outcome : result.outcomes()) {
            RunRecord record = outcome.record();
            if (record != null && !drawn.contains(outcome.name())) {
                drawn.add(outcome.name());
                loss.with(record.training(outcome.name(), "loss"));
                accuracy.with(record.evaluation(outcome.name(), Metrics.ACCURACY, "validation"));
            }
        }
        return Fragment.sideBySide(List.of(loss.render(), accuracy.render()));
    }
}
