package dev.mneme.cli.compare;

import dev.mneme.runtime.evaluate.Metrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table with what its runs came to.
 *
 * @param planned the row
 * @param metric that is compared
 * @param finished runs that ended well
 */
record Standing(PlannedPlace planned, String metric, List<CellOutcome.Finished> finished) {
    /** What says most about a task, first of all. */
    private static final List<String> TELLING = List.of("bleu", Metrics.BITS_PER_BYTE, Metrics.ACCURACY, Metrics.LOSS);

    Standing {
        finished = List.copyOf(finished);
    }

    /**
     * The rows of a plan.
     *
     * @param outcomes by key; some may be missing
     */
    static List<Standing> of(ComparisonPlan plan, Map<String, CellOutcome> outcomes) {
        Map<TaskChoice, String> metrics = new LinkedHashMap<>();
        List<Standing> standings = new ArrayList<>();
        for (PlannedPlace planned : plan.places()) {
            TaskChoice task = planned.place().task();
            String metric = metrics.computeIfAbsent(task, any -> metric(plan, task, outcomes));
            standings.add(new Standing(planned, metric, finished(planned, outcomes)));
        }
        return standings;
    }

    private static List<CellOutcome.Finished> finished(PlannedPlace planned, Map<String, CellOutcome> outcomes) {
        List<CellOutcome.Finished> finished = new ArrayList<>();
        for (PlannedCell cell : planned.cells()) {
            if (outcomes.get(cell.key()) instanceof CellOutcome.Finished one) {
                finished.add(one);
            }
        }
        return finished;
    }

    private static String metric(ComparisonPlan plan, TaskChoice task, Map<String, CellOutcome> outcomes) {
        String chosen = task.metric() == null ? plan.comparison().metric() : task.metric();
        if (chosen != null) {
            return chosen;
        }
        Set<String> measured = new LinkedHashSet<>();
        plan.places().stream()
                .filter(planned -> planned.place().task().equals(task))
                .forEach(planned -> finished(planned, outcomes)
                        .forEach(one -> measured.addAll(one.metrics().values().keySet())));
        return TELLING.stream().filter(measured::contains).findFirst().orElse(Metrics.ACCURACY);
    }

    Place place() {
        return planned.place();
    }

    Spread result() {
        return metric(metric);
    }

    Spread metric(String name) {
        return of(one -> one.metrics().get(name).orElse(Double.NaN));
    }

    Spread of(ToDoubleFunction<CellOutcome.Finished> figure) {
        return Spread.of(finished.stream().mapToDouble(figure).toArray());
    }

    /** Every metric that was measured, over the seeds. */
    Map<String, Object> metrics() {
        Set<String> names = new LinkedHashSet<>();
        finished.forEach(one -> names.addAll(one.metrics().values().keySet()));
        Map<String, Object> metrics = new LinkedHashMap<>();
        names.forEach(name -> metrics.put(name, metric(name).toMap()));
        return metrics;
    }

    /** Trained numbers; -1 if the model could not be built. */
    long parameters() {
        return planned.size() == null ? -1 : planned.size().parameters();
    }

    /** Of one stream, at most; -1 if the model could not be built. */
    long stateBytes() {
        return planned.size() == null ? -1 : planned.size().stateBytes();
    }

    /** For records. */
    Map<String, Object> toMap() {
        Place place = place();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("task", place.task().name());
        if (place.sizes() != null) {
            map.put("size_setting", place.sizes().setting());
            map.put("size", place.size());
        }
        map.put("mechanism", place.memory().name());
        map.put("memory", place.memory().memory());
        map.put("seeds", finished.size());
        map.put("asked_seeds", planned.cells().size());
        map.put("metric", metric);
        map.putAll(result().toMap());
        if (planned.size() != null) {
            map.put("parameters", parameters());
            map.put("state_bytes", stateBytes());
            map.put("sequence_tokens", planned.size().sequenceTokens());
        }
        map.put("seconds", of(CellOutcome.Finished::seconds).toMap());
        map.put("tokens_per_second", of(CellOutcome.Finished::tokensPerSecond).toMap());
        map.put("peak_bytes", of(CellOutcome.Finished::peakBytes).toMap());
        map.put("metrics", metrics());
        Adjustment adjusted = planned.adjustment();
        if (adjusted != null) {
            map.put("adjusted", adjusted(adjusted));
        }
        return map;
    }

    private static Map<String, Object> adjusted(Adjustment adjusted) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("setting", adjusted.setting());
        map.put("value", adjusted.value());
        map.put("amount", adjusted.amount());
        return map;
    }

    /** The number sizes are drawn over: tokens of a sequence where they tell sizes apart, else the setting's value. */
    double length(boolean inTokens) {
        if (inTokens && planned.size() != null) {
            return planned.size().sequenceTokens();
        }
        @Nullable Number size = place().size();
        return size == null ? Double.NaN : size.doubleValue();
    }
}
