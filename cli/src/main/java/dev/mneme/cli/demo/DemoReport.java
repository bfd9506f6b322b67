package dev.mneme.cli.demo;

import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.inspect.Specimen;
import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.report.Page;
import dev.mneme.cli.report.Sample;
import dev.mneme.cli.report.Tables;
import dev.mneme.cli.run.RunReport;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.tensor.EngineInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The page of a demonstration. */
public final class DemoReport {
    private static final int SAMPLES = 3;

    private DemoReport() {}

    /**
     * Draws the page.
     *
     * @param both sides of the duel, the one with memory first
     * @param why one sentence on what the other lacks
     */
    public static Page page(
            List<Contestant> both,
            double bound,
            String why,
            BookModel.Result book,
            BookModel bookModel,
            EngineInfo engine,
            Duration time) {
        Contestant with = both.get(0);
        return new Page(
                        with.name() + " beside the same transformer without memory",
                        "Trained on " + with.run().config().task()
                                + " side by side, then a language model over the bytes" + " of a book; "
                                + Quantity.duration(time) + " in all.")
                .section("Result", tiles(both, bound, book), table(both, bound), Fragment.paragraph(why))
                .section("Learning curves", curves(both, bound))
                .section("Attention of " + with.name(), specimen(with).attention())
                .section("Samples", samples(both))
                .section("Language model", language(book, bookModel))
                .section(
                        "Configuration",
                        Tables.pairs(
                                "The run with memory, every key; the other differs in memory alone.",
                                RunReport.flat(with.run().config().toMap())))
                .section("Environment", RunReport.environment(engine));
    }

    private static Specimen specimen(Contestant side) {
        return new Specimen(side.run().model(), side.run().task(), SAMPLES);
    }

    private static Fragment tiles(List<Contestant> both, double bound, BookModel.Result book) {
        return Tables.tiles(List.of(
                new Tables.Tile(
                        "with memory", Quantity.percent(both.get(0).metrics().accuracy()), "of the symbols right"),
                new Tables.Tile(
                        "without memory",
                        Quantity.percent(both.get(1).metrics().accuracy()),
                        Double.isNaN(bound)
                                ? "of the symbols right"
                                : "cannot do better than " + Quantity.percent(bound)),
                new Tables.Tile(
                        "language model",
                        Quantity.number(book.bitsPerByte()),
                        "bits per byte; letter frequencies alone: " + Quantity.number(book.frequencyBits())),
                new Tables.Tile(
                        "speed", Quantity.count(book.summary().tokensPerSecond()) + "/s", "bytes, language model")));
    }

    private static Fragment table(List<Contestant> both, double bound) {
        List<Tables.Row> rows = new ArrayList<>();
        for (Contestant side : both) {
            double accuracy = side.metrics().accuracy();
            boolean above = !Double.isNaN(bound) && accuracy > bound + 0.1;
            rows.add(new Tables.Row(
                    List.of(
                            side.name(),
                            Quantity.percent(accuracy),
                            Quantity.percent(bound),
                            Quantity.grouped(side.run().parameterCount()),
                            Quantity.number(side.metrics().loss()),
                            String.valueOf(side.steps())),
                    above ? Tables.Mark.GOOD : Tables.Mark.BAD,
                    1));
        }
        return Tables.table(
                "Both models on the test split.",
                List.of("model", "accuracy", "best without memory", "parameters", "loss", "steps"),
                rows);
    }

    private static Fragment curves(List<Contestant> both, double bound) {
        LineChart loss = new LineChart("Training loss", "step", "nats per symbol");
        LineChart accuracy = new LineChart("Validation accuracy", "step", "share right")
                .withLevel("best possible without memory", bound);
        for (Contestant side : both) {
            loss.with(side.record().training(side.name(), "loss"));
            accuracy.with(side.record().evaluation(side.name(), Metrics.ACCURACY, "validation"));
        }
        return Fragment.sideBySide(List.of(loss.render(), accuracy.render()));
    }

    private static Fragment samples(List<Contestant> both) {
        List<Fragment> columns = new ArrayList<>();
        for (Contestant side : both) {
            Fragment list = Sample.render(specimen(side).samples());
            columns.add(
                    new Fragment("<div>" + Fragment.titled(side.name(), list).html() + "</div>"));
        }
        return Fragment.sideBySide(columns);
    }

    private static Fragment language(BookModel.Result book, BookModel model) {
        return Fragment.join(List.of(
                Fragment.paragraph(model.trained().config().memory() + ", "
                        + Quantity.count(book.summary().parameters()) + " parameters, "
                        + book.summary().steps() + " steps."),
                RunReport.curves(book.record(), book.summary().metrics()),
                Fragment.titled(
                        "What it writes",
                        Sample.render(List.of(new Sample(book.prompt(), List.of(), List.of(book.sample()), false))))));
    }
}
