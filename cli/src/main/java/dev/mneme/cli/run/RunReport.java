package dev.mneme.cli.run;

import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.inspect.Specimen;
import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.report.Page;
import dev.mneme.cli.report.Sample;
import dev.mneme.cli.report.Tables;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.tensor.EngineInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Parts of a page about a training run. */
public final class RunReport {
    /** Metrics that are of no interest as curves. */
    private static final Set<String> NO_CURVE = Set.of("loss", "chance", "labels", "exact");

    private RunReport() {}

    /** The whole page of one run. */
    public static Page page(
            RunConfig config, RunRecord record, RunSummary summary, EngineInfo engine, Specimen specimen) {
        return new Page(
                        config.memory() + " on " + config.task(),
                        "Seed " + config.seed() + ", " + summary.steps() + " steps on " + engine.name() + ", "
                                + engine.threads() + (engine.threads() == 1 ? " thread." : " threads."))
                .section("Result", tiles(summary), metrics(summary.metrics()))
                .section("Curves", curves(record, summary.metrics()))
                .section("Samples", samples(specimen.samples()))
                .section("Attention", specimen.attention())
                .section("Configuration", Tables.pairs("Every key, defaults included.", flat(config.toMap())))
                .section("Environment", environment(engine));
    }

    /** Figures worth seeing first. */
    static Fragment tiles(RunSummary summary) {
        List<Tables.Tile> tiles = new ArrayList<>();
        Map<String, Double> metrics = summary.metrics().values();
        if (metrics.containsKey(Metrics.ACCURACY)) {
            double chance = metrics.getOrDefault(Metrics.CHANCE, Double.NaN);
            tiles.add(new Tables.Tile(
                    "accuracy",
                    Quantity.percent(metrics.get(Metrics.ACCURACY)),
                    Double.isNaN(chance)
                            ? "of the test labels"
                            : "at best " + Quantity.percent(chance) + " without memory"));
        }
        if (metrics.containsKey("bleu")) {
            tiles.add(new Tables.Tile("BLEU", Quantity.number(metrics.get("bleu")), "greedy decoding"));
        }
        if (metrics.containsKey(Metrics.BITS_PER_BYTE)) {
            tiles.add(new Tables.Tile(
                    "bits per byte", Quantity.number(metrics.get(Metrics.BITS_PER_BYTE)), "of test text"));
        }
        tiles.add(new Tables.Tile("parameters", Quantity.count(summary.parameters()), "trained numbers"));
        tiles.add(new Tables.Tile("speed", Quantity.count(summary.tokensPerSecond()) + "/s", "tokens in training"));
        tiles.add(new Tables.Tile("memory", Quantity.bytes(summary.peakBytes()), "most the process needed"));
        return Tables.tiles(tiles);
    }

    private static Fragment metrics(Metrics metrics) {
        Map<String, String> shown = new LinkedHashMap<>();
        metrics.values().forEach((name, value) -> shown.put(name.replace('_', ' '), Quantity.number(value)));
        return Tables.pairs("Test split", shown);
    }

    /** Loss, metrics, speed and learning rate over the step. */
    public static Fragment curves(RunRecord record, Metrics metrics) {
        List<Fragment> charts = new ArrayList<>();
        charts.add(new LineChart("Loss", "step", "nats per label")
                .with(record.training("training", "loss"))
                .with(record.evaluation("validation", "loss", "validation"))
                .render());
        for (String name : record.metrics("validation")) {
            LineChart.Series values = record.evaluation(name.replace('_', ' '), name, "validation");
            // One evaluation makes no curve; its value is in the tables.
            if (!NO_CURVE.contains(name) && values.x().length > 1) {
                LineChart chart = new LineChart("Validation " + name.replace('_', ' '), "step", name.replace('_', ' '))
                        .with(values);
                if (name.equals(Metrics.ACCURACY)) {
                    chart.withLevel(
                            "best possible without memory", metrics.values().getOrDefault(Metrics.CHANCE, Double.NaN));
                }
                charts.add(chart.render());
            }
        }
        charts.add(new LineChart("Speed", "step", "tokens per second")
                .with(record.training("speed", "tokens_per_second"))
                .render());
        charts.add(new LineChart("Learning rate", "step", "learning rate")
                .with(record.training("learning rate", "lr"))
                .render());
        return Fragment.sideBySide(charts);
    }

    /** Samples with a word on how to read them. */
    public static Fragment samples(List<Sample> samples) {
        boolean scored = samples.stream().anyMatch(Sample::comparesPlaces);
        return Fragment.join(List.of(
                Fragment.paragraph(
                        scored
                                ? "The first sequences of the test split. Wrong symbols are underlined."
                                : "The first inputs of the test split, and what the model makes of them."),
                Sample.render(samples)));
    }

    /** Engine and machine. */
    public static Fragment environment(EngineInfo engine) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("engine", engine.name() + " " + engine.version());
        facts.put("device", engine.device());
        facts.put("threads", engine.threads());
        facts.putAll(new TreeMap<>(engine.details()));
        facts.put("Java", System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        facts.put("processors", Runtime.getRuntime().availableProcessors());
        return Tables.pairs("What it ran on.", facts);
    }

    /** Nested sections as dotted keys. */
    public static Map<String, Object> flat(Map<String, ?> nested) {
        Map<String, Object> flat = new LinkedHashMap<>();
        nested.forEach((key, value) -> {
            if (value instanceof Map<?, ?> section) {
                section.forEach((name, inner) -> flat.put(key + "." + name, inner));
            } else {
                flat.put(key, value);
            }
        });
        return flat;
    }
}
