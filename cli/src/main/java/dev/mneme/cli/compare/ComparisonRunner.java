package dev.mneme.cli.compare;

import dev.mneme.cli.bench.Cell;
import dev.mneme.cli.bench.CellOutput;
import dev.mneme.cli.bench.CellProcesses;
import dev.mneme.cli.console.Quantity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Trains the runs of a plan that are not finished, each in a process of its own. */
public final class ComparisonRunner {
    private final ComparisonPlan plan;
    private final CellStore store;
    private final List<String> runtimeArguments;

    /**
     * Nothing starts yet.
     *
     * @param store where results are looked for and kept
     * @param runtimeArguments words of the command line that every process gets
     */
    public ComparisonRunner(ComparisonPlan plan, CellStore store, List<String> runtimeArguments) {
        this.plan = plan;
        this.store = store;
        this.runtimeArguments = List.copyOf(runtimeArguments);
    }

    /** Results of runs that were finished before, and failures of those that cannot start, by key. */
    public Map<String, CellOutcome> known() {
        Map<String, CellOutcome> known = new LinkedHashMap<>();
        for (PlannedPlace place : plan.places()) {
            for (PlannedCell cell : place.cells()) {
                if (place.failure() != null) {
                    known.put(cell.key(), new CellOutcome.Failed(place.failure()));
                } else {
                    store.find(cell).ifPresent(found -> known.put(cell.key(), found));
                }
            }
        }
        return known;
    }

    /**
     * Runs what is left. A run that fails does not keep the others from running; it is tried again the next time.
     *
     * @param processes start the runs
     * @param progress gets all outcomes so far after every run
     * @return outcomes by key
     */
    public Map<String, CellOutcome> run(CellProcesses processes, Consumer<Map<String, CellOutcome>> progress) {
        Map<String, CellOutcome> outcomes = known();
        Map<String, PlannedCell> pending = new LinkedHashMap<>();
        List<Cell> cells = new ArrayList<>();
        Set<String> keys = new HashSet<>(outcomes.keySet());
        for (PlannedPlace place : plan.places()) {
            for (PlannedCell planned : place.cells()) {
                if (keys.add(planned.key())) {
                    pending.put(planned.name(), planned);
                    cells.add(new Cell(planned.name(), arguments(planned), work(place, planned)));
                }
            }
        }
        pending.values().forEach(cell -> {
            FreeFolder.await(store.folder(cell));
            store.prepare(cell);
        });
        processes.run(cells, new OutcomeReader(pending), results -> {
            results.forEach((name, outcome) -> outcomes.put(pending.get(name).key(), outcome));
            progress.accept(outcomes);
        });
        return outcomes;
    }

    private List<String> arguments(PlannedCell cell) {
        List<String> arguments =
                new ArrayList<>(List.of("train", "--json", "--no-report", "--resume", "--end-with-parent"));
        arguments.addAll(List.of("--config", store.configuration(cell).toString()));
        arguments.addAll(List.of("--out", store.folder(cell).toString()));
        arguments.addAll(runtimeArguments);
        return arguments;
    }

    private static double work(PlannedPlace place, PlannedCell cell) {
        return cell.work(place.size() == null ? 0 : place.size().sequenceTokens());
    }

    /** Keeps the results of finished runs. */
    private final class OutcomeReader implements CellProcesses.Reader<CellOutcome> {
        private final Map<String, PlannedCell> pending;
        private final Map<String, Boolean> started = new LinkedHashMap<>();

        OutcomeReader(Map<String, PlannedCell> pending) {
            this.pending = pending;
            pending.forEach((name, cell) -> started.put(name, store.hasCheckpoint(cell)));
        }

        @Override
        public CellOutcome read(Cell cell, CellOutput output) {
            PlannedCell planned = pending.get(cell.name());
            CellOutcome outcome = CellOutcome.of(output, started.get(cell.name()));
            if (outcome instanceof CellOutcome.Finished finished) {
                store.save(planned, finished);
            }
            return outcome;
        }

        @Override
        public String text(CellOutcome outcome) {
            return outcome instanceof CellOutcome.Finished finished
                    ? finished.metrics() + ", " + Quantity.number(finished.seconds()) + " s, at most "
                            + Quantity.bytes(finished.peakBytes())
                    : ((CellOutcome.Failed) outcome).reason();
        }
    }
}
