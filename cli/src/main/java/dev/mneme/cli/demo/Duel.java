package dev.mneme.cli.demo;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.run.RunRecord;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A memory and the same transformer without one, trained on the same data, a step of one after a step of the other, so
 * that both can be watched on one line.
 */
public final class Duel implements AutoCloseable {
    /**
     * The default: tokens see their neighbours only, so without a memory news travels two places in two layers. Both
     * models have the same blocks; the memory adds its slots and nothing else.
     */
    private static final Map<String, Object> BROADCAST = settings(
            "task.length", 16,
            "task.symbols", 8,
            "task.window", 2,
            "task.evaluation_sequences", 4096,
            "model.dim", 32,
            "model.layers", 2,
            "model.heads", 2,
            "model.feed_forward", 64,
            "model.norm", "post",
            "model.activation", "relu",
            "model.projection_bias", true,
            "model.output_bias", true,
            "model.head_bias", true,
            "model.embedding_std", 1,
            "model.position_std", 0.3,
            "model.attention_window", 1,
            "train.batch", 64,
            "train.lr", 0.002);

    private static final Map<String, Object> ANY_TASK =
            settings("model.dim", 64, "model.layers", 2, "model.heads", 4, "train.batch", 32, "train.lr", 0.002);

    private static final Map<String, Object> COMMON = settings(
            "train.schedule", "constant",
            "train.warmup", 0,
            "train.weight_decay", 0,
            "train.clip", 0,
            "train.evaluate_every", 20,
            "train.evaluation_batches", 2,
            "train.save_every", 0);

    private final List<TrainingRun> runs = new ArrayList<>();
    private final List<RunFolder> folders = new ArrayList<>();
    private final Alternation turns = new Alternation();
    private final DuelProgress progress;

    /**
     * Makes both models.
     *
     * @param memory name of the mechanism
     * @param task name of the task
     * @param steps of each model
     * @param folder of the two runs
     */
    public Duel(Mneme mneme, String memory, String task, long steps, long seed, Path folder, LiveLine line) {
        for (String name : List.of(memory, "none")) {
            Map<String, Object> flags = new LinkedHashMap<>();
            flags.put("memory", name);
            flags.put("task", task);
            flags.put("seed", seed);
            flags.put("steps", steps);
            flags.putAll(COMMON);
            flags.putAll(task.equals("broadcast") ? BROADCAST : ANY_TASK);
            if (name.equals("memory-transformer")) {
                flags.putAll(settings("memory.slots", 2, "memory.slot_std", 1));
            }
            RunConfig config = mneme.configurations().load(null, flags, List.of());
            runs.add(mneme.newRun(config));
            folders.add(RunFolder.create(folder.resolve(name)));
        }
        progress = new DuelProgress(line, List.of(memory, "none"));
    }

    private static Map<String, Object> settings(Object... keysAndValues) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }

    /** Whether the two models differ in nothing but the memory's slots, and the task is the one explained. */
    public boolean isExplained() {
        return runs.get(0).config().task().equals("broadcast");
    }

    /** Trains both; the one with memory comes first in the result. */
    public List<Contestant> run() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Contestant>> both = new ArrayList<>();
            for (int side = 0; side < 2; side++) {
                int mine = side;
                both.add(threads.submit(() -> train(mine)));
            }
            List<Contestant> contestants = new ArrayList<>();
            for (Future<Contestant> one : both) {
                contestants.add(one.get());
            }
            return contestants;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private Contestant train(int side) throws InterruptedException {
        TrainingRun run = runs.get(side);
        RunFolder folder = folders.get(side);
        try {
            turns.begin(side);
            TrainResult result = run.trainer(folder, TrainListener.all(progress.of(side), new HandOver(side)))
                    .train();
            return new Contestant(
                    run,
                    Objects.requireNonNull(result.test()),
                    result.step(),
                    result.seconds(),
                    RunRecord.read(folder.metrics()));
        } finally {
            turns.finish(side);
        }
    }

    /** Best accuracy possible without the memory; NaN where it is not known. */
    public double bound() {
        return runs.get(0).task().info().chanceAccuracy();
    }

    /** Whether the memory brought what the other model could not have. */
    public static boolean isDecided(List<Contestant> both, double bound) {
        double with = both.get(0).metrics().accuracy();
        double without = both.get(1).metrics().accuracy();
        double margin = 0.1;
        return with > without + margin && (Double.isNaN(bound) || with > bound + margin);
    }

    @Override
    public void close() {
        runs.forEach(TrainingRun::close);
    }

    private final class HandOver implements TrainListener {
        private final int side;

        HandOver(int side) {
            this.side = side;
        }

        @Override
        public void stepped(StepReport report) {
            try {
                turns.next(side);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for a turn", e);
            }
        }
    }
}
