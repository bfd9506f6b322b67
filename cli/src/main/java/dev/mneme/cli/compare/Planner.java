package dev.mneme.cli.compare;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.task.TaskInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the cells of a comparison: checks every setting, builds every model once, and meets the budget. */
public final class Planner {
    private final Mneme mneme;
    private final Comparison comparison;
    private final List<String> assignments;
    private final ModelSizes sizes;

    /**
     * Nothing is built yet.
     *
     * @param assignments settings of all that win over the comparison's
     */
    public Planner(Mneme mneme, Comparison comparison, List<String> assignments) {
        this.mneme = mneme;
        this.comparison = comparison;
        this.assignments = List.copyOf(assignments);
        this.sizes = new ModelSizes(mneme);
    }

    /**
     * Plans.
     *
     * @throws MnemeException ({@code NAME_UNKNOWN}, {@code CONFIG_INVALID}) if a name or setting is wrong anywhere, or a
     *     mechanism cannot come to the budget. A model that cannot be built for another reason fails its own cells only.
     */
    public ComparisonPlan plan() {
        requireUnambiguous();
        List<Place> places = comparison.places();
        Map<Place, RunConfig> bases = new LinkedHashMap<>();
        places.forEach(place -> bases.put(place, config(place, firstSeed(), null)));
        BudgetPlanner budget = comparison.budget() == null
                ? null
                : new BudgetPlanner(comparison.budget(), mneme.memories(), sizes, this::probe);
        List<PlannedPlace> planned = new ArrayList<>();
        bases.forEach((place, base) -> planned.add(plan(place, base, budget)));
        return new ComparisonPlan(comparison, assignments, planned);
    }

    private PlannedPlace plan(Place place, RunConfig base, @Nullable BudgetPlanner budget) {
        ModelSize size;
        TaskInfo task;
        try {
            size = sizes.of(base);
            task = sizes.task(base);
        } catch (MnemeException e) {
            return new PlannedPlace(place, null, null, String.valueOf(e.getMessage()), cells(place, null));
        }
        requireMetric(place, task);
        Adjustment adjustment = budget == null ? null : budget.adjust(place, base, size);
        if (adjustment != null) {
            size = sizes.of(config(place, firstSeed(), adjustment));
        }
        return new PlannedPlace(place, size, adjustment, null, cells(place, adjustment));
    }

    private List<PlannedCell> cells(Place place, @Nullable Adjustment adjustment) {
        int threads = mneme.backend().info().threads();
        return comparison.seeds().stream()
                .map(seed -> PlannedCell.of(place, seed, config(place, seed, adjustment), threads))
                .toList();
    }

    private RunConfig probe(Place place, Adjustment adjustment) {
        return config(place, firstSeed(), adjustment);
    }

    private RunConfig config(Place place, long seed, @Nullable Adjustment adjustment) {
        List<String> last = new ArrayList<>(assignments);
        if (place.sizes() != null) {
            last.add(place.sizes().setting() + "=" + place.size());
        }
        if (adjustment != null) {
            last.add(adjustment.assignment());
        }
        try {
            String engine = mneme.backend().info().name();
            return mneme.configurations().load(null, comparison.flags(place, seed, engine), last);
        } catch (MnemeException e) {
            String message = String.valueOf(e.getMessage()).replaceFirst("^" + e.code() + ": ", "");
            throw new MnemeException(e.code(), place.label() + ": " + message, e);
        }
    }

    private long firstSeed() {
        return comparison.seeds().get(0);
    }

    /** What sizes vary wins over --set, which must not go unnoticed. */
    private void requireUnambiguous() {
        for (String assignment : assignments) {
            String key = assignment.replaceFirst("=.*", "").trim();
            for (Place place : comparison.places()) {
                Sizes varied = place.sizes();
                if (varied != null && varied.setting().equals(key)) {
                    throw new MnemeException(
                            ErrorCode.CONFIG_INVALID,
                            "--set " + assignment + ": " + key + " is what the sizes vary; take it out of one of them");
                }
            }
            if (List.of("memory", "task", "seed", "backend").contains(key)) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        "--set " + assignment + ": --memories, --tasks, --seeds and --backend say that");
            }
        }
    }

    private void requireMetric(Place place, TaskInfo task) {
        String metric = place.task().metric() == null
                ? comparison.metric()
                : place.task().metric();
        if (metric == null || task.maxTargetLength() > 0) {
            return; // What generated targets are scored by is the task's own.
        }
        List<String> always = new ArrayList<>(List.of(
                Metrics.LOSS, Metrics.ACCURACY, Metrics.EXACT, Metrics.CHANCE, Metrics.PERPLEXITY, Metrics.LABELS));
        if (!Double.isNaN(task.bytesPerLabel())) {
            always.add(Metrics.BITS_PER_BYTE);
        }
        if (!always.contains(metric)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    place.task().name() + ": there is no metric '" + metric + "'; " + NearestName.hint(metric, always));
        }
    }
}
