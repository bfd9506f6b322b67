package dev.mneme.cli.compare;

import dev.mneme.cli.bench.GridReport;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.report.LineChart;
import dev.mneme.runtime.evaluate.Metrics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What came out of a comparison. */
public final class ComparisonReport implements GridReport {
    private static final Set<String> SHARES = Set.of(Metrics.ACCURACY, Metrics.EXACT, Metrics.CHANCE);

    private final ComparisonPlan plan;
    private final Map<String, CellOutcome> outcomes;
    private final Function<PlannedCell, Path> records;
    private final List<Standing> standings;

    /**
     * A report.
     *
     * @param outcomes by the keys of runs; some may be missing
     * @param store where the records of the runs are
     */
    public ComparisonReport(ComparisonPlan plan, Map<String, CellOutcome> outcomes, CellStore store) {
        this.plan = plan;
        this.outcomes = Map.copyOf(outcomes);
        this.records = store::metrics;
        this.standings = Standing.of(plan, this.outcomes);
    }

    /** Whether every run ended well. */
    public boolean isComplete() {
        return failures().isEmpty();
    }

    @Override
    public String title() {
        return plan.comparison().title();
    }

    @Override
    public String summary() {
        Comparison comparison = plan.comparison();
        String counts = counted(comparison.memories().size(), "mechanism") + ", "
                + counted(comparison.tasks().size(), "task") + ", "
                + counted(comparison.seeds().size(), "seed") + ", "
                + counted(
                        plan.places().stream()
                                .mapToInt(place -> place.cells().size())
                                .sum(),
                        "run") + ".";
        return comparison.question().isEmpty() ? counts : comparison.question() + " " + counts;
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    @Override
    public String caption() {
        return "Means over the seeds, of the test split. Spread: standard deviation. State: of one stream, at most. Time: "
                + "of training steps. Peak: most memory of a process that ran one cell, resident, or on a GPU that in use.";
    }

    @Override
    public List<String> headings() {
        List<String> headings = new ArrayList<>(List.of("task"));
        if (hasSizes()) {
            headings.add("size");
        }
        headings.addAll(List.of(
                "mechanism", "seeds", "metric", "mean", "spread", "parameters", "state", "time", "tokens/s", "peak"));
        if (plan.comparison().budget() != null) {
            headings.add("adjusted");
        }
        return headings;
    }

    private boolean hasSizes() {
        return plan.places().stream().anyMatch(planned -> planned.place().sizes() != null);
    }

    @Override
    public List<List<String>> rows() {
        return standings.stream().map(this::row).toList();
    }

    private List<String> row(Standing standing) {
        Place place = standing.place();
        List<String> row = new ArrayList<>(List.of(place.task().name()));
        if (hasSizes()) {
            row.add(place.sizes() == null ? "-" : place.sizes().shortName() + "=" + place.size());
        }
        Spread result = standing.result();
        double speed = standing.of(CellOutcome.Finished::tokensPerSecond).mean();
        double peak = standing.of(CellOutcome.Finished::peakBytes).mean();
        double seconds = standing.of(CellOutcome.Finished::seconds).mean();
        row.add(place.memory().name());
        row.add(standing.finished().size() + "/" + standing.planned().cells().size());
        row.add(standing.metric().replace('_', ' '));
        row.add(shown(standing.metric(), result.mean()));
        row.add(shown(standing.metric(), result.deviation()));
        row.add(standing.parameters() < 0 ? "-" : Quantity.grouped(standing.parameters()));
        row.add(standing.stateBytes() < 0 ? "-" : Quantity.bytes(standing.stateBytes()));
        row.add(Double.isNaN(seconds) ? "-" : Quantity.number(seconds) + " s");
        row.add(Double.isNaN(speed) ? "-" : Quantity.count(speed));
        row.add(Double.isNaN(peak) ? "-" : Quantity.bytes((long) peak));
        if (plan.comparison().budget() != null) {
            Adjustment adjusted = standing.planned().adjustment();
            row.add(adjusted == null ? "-" : adjusted.assignment());
        }
        return row;
    }

    private static String shown(String metric, double value) {
        return SHARES.contains(metric) ? Quantity.percent(value) : Quantity.number(value);
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(heldEqual());
        List<String> resumed = new ArrayList<>();
        forEachCell((planned, cell) -> {
            if (outcomes.get(cell.key()) instanceof CellOutcome.Finished finished && finished.resumed()) {
                resumed.add(cell.name());
            }
        });
        if (!resumed.isEmpty()) {
            notes.add("Interrupted and resumed, so that peak and tokens/s are of the last process alone: "
                    + String.join("; ", resumed) + ".");
        }
        failures().forEach((name, reason) -> notes.add("Failed: " + name + ": " + reason));
        return notes;
    }

    /** What the budget held equal, and what every mechanism came to. */
    public List<String> heldEqual() {
        Budget budget = plan.comparison().budget();
        if (budget == null) {
            return List.of(
                    "Held equal: the settings below; each mechanism has the parameters and the state they give it.");
        }
        Map<String, Set<String>> found = new LinkedHashMap<>();
        for (PlannedPlace planned : plan.places()) {
            Place place = planned.place();
            Adjustment adjusted = planned.adjustment();
            if (adjusted != null) {
                found.computeIfAbsent(
                                place.memory().name() + ": " + adjusted.assignment() + " gives "
                                        + Quantity.grouped(adjusted.amount()) + " "
                                        + budget.what() + " (" + budget.deviation(adjusted.amount()) + ")",
                                any -> new LinkedHashSet<>())
                        .add(place.ground());
            } else if (planned.size() != null) {
                found.computeIfAbsent(
                                place.memory().name() + ": carries nothing from segment to segment, as it is",
                                any -> new LinkedHashSet<>())
                        .add(place.ground());
            }
        }
        long grounds = plan.places().stream()
                .map(planned -> planned.place().ground())
                .distinct()
                .count();
        List<String> notes = new ArrayList<>(List.of("Held equal: " + budget.describe() + "."));
        found.forEach((what, where) ->
                notes.add(what + (where.size() == grounds ? "" : ", on " + String.join("; ", where)) + "."));
        return notes;
    }

    private Map<String, String> failures() {
        Map<String, String> failures = new LinkedHashMap<>();
        forEachCell((planned, cell) -> {
            if (outcomes.getOrDefault(cell.key(), CellOutcome.MISSING) instanceof CellOutcome.Failed failed) {
                failures.put(cell.name(), failed.reason());
            }
        });
        return failures;
    }

    @Override
    public Map<String, LineChart> charts() {
        return new ComparisonCharts(standings, outcomes, records).draw();
    }

    /** The rows of the table, for {@link Csv}. */
    public List<Map<String, Object>> table() {
        return standings.stream().map(Standing::toMap).toList();
    }

    /** All runs, for {@link Csv}. */
    public List<Map<String, Object>> cells() {
        List<Map<String, Object>> cells = new ArrayList<>();
        forEachCell((planned, cell) -> {
            Place place = cell.place();
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("task", place.task().name());
            if (place.sizes() != null) {
                map.put("size_setting", place.sizes().setting());
                map.put("size", place.size());
            }
            map.put("mechanism", place.memory().name());
            map.put("memory", place.memory().memory());
            map.put("seed", cell.seed());
            map.put("key", cell.key());
            if (planned.size() != null) {
                map.put("state_bytes", planned.size().stateBytes());
            }
            map.putAll(outcomes.getOrDefault(cell.key(), CellOutcome.MISSING).toMap());
            cells.add(map);
        });
        return cells;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("title", title());
        map.put("complete", isComplete());
        Budget budget = plan.comparison().budget();
        if (budget != null) {
            Map<String, Object> held = new LinkedHashMap<>();
            held.put("what", budget.isState() ? "state_bytes" : "parameters");
            held.put("amount", budget.target());
            held.put("tolerance", budget.share());
            map.put("held_equal", held);
        }
        map.put("table", table());
        map.put("cells", cells());
        return map;
    }

    private interface Visitor {
        void visit(PlannedPlace planned, PlannedCell cell);
    }

    private void forEachCell(Visitor visitor) {
        plan.places().forEach(planned -> planned.cells().forEach(cell -> visitor.visit(planned, cell)));
    }
}
