package dev.mneme.cli.experiment;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.cli.run.RunSummary;
import dev.mneme.cli.run.SpeedListener;
import dev.mneme.cli.run.TrainProgress;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.task.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Trains and evaluates what an experiment asks for. */
public final class ExperimentRunner {
    private final Mneme mneme;
    private final Experiment experiment;
    private final Path folder;
    private final List<String> assignments;
    private final LiveLine line;

    /**
     * A run of an experiment.
     *
     * @param folder every training run gets a folder below it
     * @param assignments settings of all runs that win over the experiment's
     * @param line shows progress
     */
    public ExperimentRunner(Mneme mneme, Experiment experiment, Path folder, List<String> assignments, LiveLine line) {
        this.mneme = mneme;
        this.experiment = experiment;
        this.folder = folder;
        this.assignments = assignments;
        this.line = line;
    }

    /** Looks at a trained model before it is closed. */
    @FunctionalInterface
    public interface Visitor {
        void trained(TrainingRun run, Path folder);
    }

    /**
     * Runs everything.
     *
     * @param seeds instead of the experiment's; empty = as it says
     */
    public ExperimentResult run(List<Long> seeds, Visitor visitor) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Experiment.Run run : experiment.runs()) {
            for (long seed : seeds.isEmpty() ? experiment.seeds(run) : seeds) {
                outcomes.addAll(train(run, seed, visitor));
            }
        }
        return new ExperimentResult(experiment, outcomes);
    }

    private List<Outcome> train(Experiment.Run run, long seed, Visitor visitor) {
        String label = run.name() + ", seed " + seed;
        Path runFolder = folder.resolve(slug(run.name()) + "-seed-" + seed);
        RunFolder saved = RunFolder.create(runFolder);
        List<Outcome> outcomes = new ArrayList<>();
        try (TrainingRun training = mneme.newRun(config(run, seed, Map.of(), assignments))) {
            SpeedListener speeds = new SpeedListener();
            TrainProgress progress = new TrainProgress(label, line);
            TrainResult result = training.train(runFolder, TrainListener.all(speeds, progress));
            Metrics metrics = RunSummary.of(training, result, speeds).metrics();
            outcomes.add(new Outcome(
                    run.name(),
                    null,
                    seed,
                    metrics,
                    training.parameterCount(),
                    result.seconds(),
                    RunRecord.read(saved.metrics())));
            line.note(label + ": " + metrics);
            visitor.trained(training, runFolder);
            for (Experiment.Evaluation evaluation : experiment.allEvaluations()) {
                if (evaluation.of().equals(run.name())) {
                    outcomes.add(evaluate(evaluation, run, seed, training));
                }
            }
        }
        return outcomes;
    }

    private Outcome evaluate(Experiment.Evaluation evaluation, Experiment.Run run, long seed, TrainingRun trained) {
        try (TrainingRun changed = mneme.newRun(evaluated(evaluation, run, seed))) {
            changed.copyWeights(trained.model());
            Metrics metrics = changed.evaluate(Split.TEST);
            line.note(evaluation.name() + ", seed " + seed + ": " + metrics);
            return new Outcome(evaluation.name(), run.name(), seed, metrics, changed.parameterCount(), 0, null);
        }
    }

    /** Without the curriculum of the run, which need not go with the changed settings. */
    private RunConfig evaluated(Experiment.Evaluation evaluation, Experiment.Run run, long seed) {
        List<String> last = new ArrayList<>(assignments);
        last.add("curriculum=[]");
        return config(run, seed, evaluation.settings(), last);
    }

    private RunConfig config(Experiment.Run run, long seed, Map<String, Object> changes, List<String> last) {
        Map<String, Object> flags = new LinkedHashMap<>();
        flags.put("memory", run.memory());
        flags.put("task", experiment.task());
        flags.put("seed", seed);
        flags.putAll(experiment.settings());
        flags.putAll(run.settings());
        flags.putAll(changes);
        return mneme.configurations().load(null, flags, last);
    }

    private static String slug(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    /**
     * Metrics of one run or evaluation with one seed.
     *
     * @param name of the run or evaluation
     * @param trainedAs name of the run whose weights an evaluation used; null for the run itself
     * @param seed of the run
     * @param metrics of the test split
     * @param parameters trained numbers
     * @param seconds spent in training steps; 0 for an evaluation
     * @param record of the run; null for an evaluation
     */
    public record Outcome(
            String name,
            @Nullable String trainedAs,
            long seed,
            Metrics metrics,
            long parameters,
            double seconds,
            @Nullable RunRecord record) {}
}
