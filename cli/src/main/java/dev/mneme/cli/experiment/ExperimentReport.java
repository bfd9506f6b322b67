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
import java.util.List;

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
                .section("Result", verdicts(result), outcomes(result))
                .section("Why", Fragment.paragraph(experiment.why()))
                .section("Curves", curves(result));
        if (!attention.isEmpty()) {
            page.section("Attention", Fragment.join(attention));
        }
        return page.section(
                        "Settings", Tables.pairs("What differs from the defaults in all runs.", experiment.settings()))
                .section("Environment", RunReport.environment(engine));
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
                        outcome.record() == null ? "-" : Quantity.number(outcome.seconds()) + " s"))
                .toList();
        return Tables.table(
                "All runs and evaluations on the test split.",
                List.of("run", "seed", "parameters", "loss", "accuracy", "bound without memory", "training"),
                rows);
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
