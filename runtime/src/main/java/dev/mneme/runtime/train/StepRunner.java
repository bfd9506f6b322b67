package dev.mneme.runtime.train;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.Progress;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Task;
import dev.mneme.task.Window;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes optimizer steps. Owns everything a checkpoint must hold besides the parameters. */
final class StepRunner implements AutoCloseable {
    /**
     * What a step did.
     *
     * @param losses values before the update
     * @param tokens read
     */
    record Outcome(LossRecord.Values losses, long tokens) {}

    private final Model model;
    private final TrainConfig config;
    private final Curriculum curriculum;
    private final List<TrainingWindows> windowsByStage = new ArrayList<>();
    private final BackPropagation backPropagation;
    private final AdamW optimizer;
    private RandomSource random;
    private long step;
    private long position;
    private @Nullable MemoryState carried;

    StepRunner(Model model, Curriculum curriculum, TrainConfig config, long seed) {
        this.model = model;
        this.config = config;
        this.curriculum = curriculum;
        for (Task task : curriculum.tasks()) {
            windowsByStage.add(new TrainingWindows(task, config.batch(), seed));
        }
        this.backPropagation = BackPropagation.of(config);
        this.random = new RandomSource(seed);
        this.optimizer = new AdamW(model.backend(), model.parameters(), config);
    }

    /** Steps done. */
    long step() {
        return step;
    }

    /**
     * Takes the next step.
     *
     * @param remedy ends the message when a value is not finite: where to go on from
     * @throws MnemeException ({@code NUMERIC_NOT_FINITE}) naming step and segment if a loss or gradient is not finite;
     *     the parameters are as they were before
     */
    Outcome run(Supplier<String> remedy) {
        TensorBackend backend = model.backend();
        if (curriculum.changesAt(step + 1)) {
            closeCarried(); // the streams of the stage before end with it
        }
        TrainingWindows windows = windowsByStage.get(curriculum.stage(step + 1));
        List<Window> batch = new ArrayList<>();
        for (int i = 0; i < config.accumulate(); i++) {
            batch.add(windows.window(position + i));
        }
        StepSize size = StepSize.of(batch);
        try (TensorScope scope = backend.scope();
                GradientSum gradients = new GradientSum(backend, optimizer.parameters());
                LossRecord losses = new LossRecord(backend)) {
            for (Window window : batch) {
                run(window, windows.followsAnother(position), size, gradients, losses);
            }
            LossRecord.Values values;
            try (GradientMode off = backend.noGradient()) {
                values = losses.read(backend.globalNorm(gradients.sums()));
            }
            requireFinite(values, size, remedy);
            optimizer.update(gradients.sums(), gradientScale(values.gradientNorm()), ++step);
            return new Outcome(values, size.tokens());
        }
    }

    private void run(Window window, boolean followsAnother, StepSize size, GradientSum gradients, LossRecord losses) {
        try (TensorScope scope = model.backend().scope()) {
            MemoryState before = window.carriesState() && followsAnother ? carried : null;
            MemoryState after = config.workers() == 1
                    ? backPropagation.run(
                            new WindowPass(model, window, random, config.labelSmoothing(), size, gradients, losses),
                            before)
                    : new StreamGroups(model, backPropagation, config, size, gradients, losses)
                            .run(window, before, random);
            MemoryState next = window.carriesState() ? copy(after) : null;
            closeCarried();
            carried = next;
            position++;
        }
    }

    /** A copy: entries may be views of parameters, which the optimizer changes in place. */
    private static MemoryState copy(MemoryState state) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        state.tensors()
                .forEach((name, tensor) -> copies.put(
                        name, tensor.backend().concat(List.of(tensor), 0).unscoped()));
        return MemoryState.of(copies);
    }

    private double gradientScale(double norm) {
        return config.clip() > 0 && norm > config.clip() ? config.clip() / norm : 1;
    }

    private void requireFinite(LossRecord.Values values, StepSize size, Supplier<String> remedy) {
        if (values.isFinite()) {
            return;
        }
        String what = values.badSegment() > 0
                ? "the loss of segment " + values.badSegment() + " of " + size.segments()
                : "the norm of the gradients";
        throw new MnemeException(
                ErrorCode.NUMERIC_NOT_FINITE,
                "training '" + model.describe().memory() + "': " + what + " is not finite at step " + (step + 1)
                        + " (learning rate " + config.learningRate(step + 1) + ", loss " + values.loss()
                        + ", gradient norm " + values.gradientNorm() + "). " + remedy.get());
    }

    /** Goes on where a checkpoint stopped. */
    void restore(Checkpoint checkpoint) {
        Progress progress = checkpoint.progress();
        checkpoint.loadWeights(model);
        checkpoint.loadOptimizer(optimizer.tensors());
        step = progress.step();
        position = progress.position();
        random = new RandomSource(progress.randomSeed(), progress.randomCounter());
        closeCarried();
        carried = progress.carriesState() ? restoreState(checkpoint) : null;
    }

    private MemoryState restoreState(Checkpoint checkpoint) {
        try (TensorScope scope = model.backend().scope()) {
            MemoryState state = checkpoint.loadState(model.backend());
            try {
                model.mechanism().memory().schema().check(state, config.batch());
            } catch (MnemeException e) {
                throw new MnemeException(
                        ErrorCode.CHECKPOINT_INVALID,
                        "the memory state in " + checkpoint.folder() + " does not fit this run of train.batch "
                                + config.batch() + ": " + e.getMessage(),
                        e);
            }
            return state.unscoped();
        }
    }

    /** Saves everything that {@link #restore} needs. */
    void save(Path folder, BestResult best, double seconds) {
        Progress progress = new Progress(
                step,
                position,
                random.seed(),
                random.counter(),
                best.loss(),
                best.step(),
                best.evaluationsWithoutGain(),
                carried != null,
                seconds,
                model.backend().info().name(),
                model.describe().memory());
        MemoryState state = carried == null ? MemoryState.empty() : carried;
        Checkpoint.save(folder, model, optimizer.tensors(), state, progress);
    }

    private void closeCarried() {
        if (carried != null) {
            carried.close();
            carried = null;
        }
    }

    @Override
    public void close() {
        closeCarried();
        optimizer.close();
    }
}
