package dev.mneme.cli.experiment;

import dev.mneme.cli.experiment.ExperimentRunner.Outcome;
import dev.mneme.runtime.evaluate.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came out of an experiment.
 *
 * @param experiment as it was asked for
 * @param outcomes of runs and evaluations, per seed
 */
public record ExperimentResult(Experiment experiment, List<Outcome> outcomes) {
    public ExperimentResult {
        outcomes = List.copyOf(outcomes);
    }

    /**
     * An expectation with what was found.
     *
     * @param of run or evaluation
     * @param seed judged
     * @param text what was expected
     * @param value found
     * @param holds whether it does
     */
    public record Verdict(String of, long seed, String text, double value, boolean holds) {}

    /** Every expectation for every seed. */
    public List<Verdict> verdicts() {
        return experiment.expectations().stream()
                .flatMap(expectation -> verdicts(expectation).stream())
                .toList();
    }

    private List<Verdict> verdicts(Expectation expectation) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            if (outcome.name().equals(expectation.of())) {
                Expectation.Values values = values(outcome.seed());
                verdicts.add(new Verdict(
                        outcome.name(),
                        outcome.seed(),
                        expectation.describe(bound()),
                        values.of(outcome.name(), expectation.metric()),
                        expectation.holds(values)));
            }
        }
        return verdicts;
    }

    /** Whether all expectations hold on as many seeds as they ask for. One that could not be judged does not. */
    public boolean holds() {
        return experiment.expectations().stream().allMatch(expectation -> {
            List<Verdict> verdicts = verdicts(expectation);
            long held = verdicts.stream().filter(Verdict::holds).count();
            return !verdicts.isEmpty() && expectation.isMet(held, verdicts.size());
        });
    }

    /** The best accuracy possible without the memory; NaN where it is not known. */
    public double bound() {
        return outcomes.isEmpty()
                ? Double.NaN
                : outcomes.get(0).metrics().get(Metrics.CHANCE).orElse(Double.NaN);
    }

    private Expectation.Values values(long seed) {
        return new Expectation.Values() {
            @Override
            public double of(String name, String metric) {
                return outcomes.stream()
                        .filter(outcome -> outcome.name().equals(name) && outcome.seed() == seed)
                        .mapToDouble(outcome -> outcome.metrics().get(metric).orElse(Double.NaN))
                        .findFirst()
                        .orElse(Double.NaN);
            }

            @Override
            public double bound() {
                return ExperimentResult.this.bound();
            }
        };
    }

    /** As {@code result.json} and {@code --json} hold it. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("title", experiment.title());
        map.put("holds", holds());
        map.put("bound", bound());
        map.put("outcomes", outcomes.stream().map(ExperimentResult::json).toList());
        map.put("expectations", verdicts().stream().map(ExperimentResult::json).toList());
        return map;
    }

    private static Map<String, Object> json(Outcome outcome) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", outcome.name());
        map.put("seed", outcome.seed());
        map.put("metrics", outcome.metrics().values());
        map.put("parameters", outcome.parameters());
        map.put("seconds", outcome.seconds());
        return map;
    }

    private static Map<String, Object> json(Verdict verdict) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("of", verdict.of());
        map.put("seed", verdict.seed());
        map.put("expected", verdict.text());
        map.put("value", verdict.value());
        map.put("holds", verdict.holds());
        return map;
    }
}
