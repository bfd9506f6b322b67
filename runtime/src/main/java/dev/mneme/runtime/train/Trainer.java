package dev.mneme.runtime.train;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.evaluate.Evaluator;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model on a task. With a run folder every checkpoint is complete whenever the process dies, and a resumed run
 * computes what an unbroken one would have.
 */
public final class Trainer {
    private final Model model;
    private final Curriculum curriculum;
    private final Task task;
    private final TrainConfig config;
    private final long seed;
    private final @Nullable RunFolder folder;
    private final TrainListener listener;
    private volatile boolean stopRequested;

    /**
     * Makes a trainer; nothing happens yet.
     *
     * @param seed of data order and dropout
     * @param folder for checkpoints and the record of the run; null to keep nothing
     */
    public Trainer(
            Model model, Task task, TrainConfig config, long seed, @Nullable RunFolder folder, TrainListener listener) {
        this(model, Curriculum.none(task), config, seed, folder, listener);
    }

    /**
     * As {@link #Trainer(Model, Task, TrainConfig, long, RunFolder, TrainListener)}, with easier tasks first. Evaluations
     * are those of the task itself from the start.
     */
    public Trainer(
            Model model,
            Curriculum curriculum,
            TrainConfig config,
            long seed,
            @Nullable RunFolder folder,
            TrainListener listener) {
        this.model = model;
        this.curriculum = curriculum;
        this.task = curriculum.task();
        this.config = config;
        this.seed = seed;
        this.folder = folder;
        this.listener = listener;
    }

    /**
     * Trains from the first step.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if the folder holds checkpoints of an earlier run;
     *     ({@code NUMERIC_NOT_FINITE}) if a loss or gradient is not finite, naming the last good checkpoint
     */
    public TrainResult train() {
        if (folder != null && !folder.steps().isEmpty()) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    folder.path() + " holds checkpoints of a run up to step "
                            + folder.steps().get(folder.steps().size() - 1)
                            + ". Resume it, or train in another folder");
        }
        return run(false);
    }

    /**
     * Goes on from the newest checkpoint of the folder, or from the first step if none was saved before the process died.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) naming the file if the checkpoint is corrupt or belongs to
     *     another model; otherwise as {@link #train}
     */
    public TrainResult resume() {
        return run(true);
    }

    /** Asks a run on another thread to save and return after the step it is in. */
    public void requestStop() {
        stopRequested = true;
    }

    private TrainResult run(boolean resume) {
        if (folder == null) {
            return run(null);
        }
        RunFolder open = folder;
        try (RunFolder.Lock lock = open.lock()) {
            open.deleteLeftovers();
            Optional<Checkpoint> latest = resume ? open.latest() : Optional.empty();
            return run(latest.orElse(null));
        }
    }

    private TrainResult run(@Nullable Checkpoint start) {
        long done = start == null ? 0 : start.progress().step();
        try (StepRunner runner = new StepRunner(model, curriculum, config, seed);
                MetricsLog log = folder == null ? null : new MetricsLog(folder.metrics(), done)) {
            if (start != null) {
                runner.restore(start);
            }
            return new Run(runner, log, start).toTheEnd();
        }
    }

    /** One call of {@link #train} or {@link #resume}. */
    private final class Run {
        private final StepRunner runner;
        private final @Nullable MetricsLog log;
        private final Evaluator evaluator = new Evaluator(model, task, config.batch());
        private final StepClock clock;
        private BestResult best;
        private @Nullable Metrics validation;
        private long evaluatedStep = -1;
        private long savedStep = -1;

        Run(StepRunner runner, @Nullable MetricsLog log, @Nullable Checkpoint start) {
            this.runner = runner;
            this.log = log;
            this.clock = new StepClock(start == null ? 0 : start.progress().seconds());
            evaluator.requireWindows(Split.VALIDATION);
            evaluator.requireWindows(Split.TEST);
            this.best = start == null ? BestResult.NONE : BestResult.of(start.progress());
            if (start != null) {
                savedStep = runner.step();
                validation = log == null ? null : log.lastValidation();
                evaluatedStep = validation == null ? -1 : runner.step();
            }
        }

        TrainResult toTheEnd() {
            listener.started(runner.step(), config.steps());
            TrainResult.Reason reason = stopReason();
            while (reason == null) {
                step();
                reason = stopReason();
            }
            if (reason == TrainResult.Reason.REQUESTED) {
                save();
                return result(reason, null, runner.step());
            }
            evaluateValidation();
            save();
            long testedStep = takeBestWeights();
            Metrics test = evaluate(Split.TEST, testedStep, 0);
            listener.evaluated(testedStep, Split.TEST, test, false);
            return result(reason, test, testedStep);
        }

        private TrainResult.@Nullable Reason stopReason() {
            Metrics metrics = validation;
            boolean wasEvaluated = metrics != null && evaluatedStep == runner.step();
            if (wasEvaluated && config.stopAtAccuracy() > 0 && metrics.accuracy() >= config.stopAtAccuracy()) {
                return TrainResult.Reason.TARGET_REACHED;
            }
            if (config.patience() > 0 && best.evaluationsWithoutGain() >= config.patience()) {
                return TrainResult.Reason.NO_GAIN;
            }
            if (runner.step() >= config.steps()) {
                return TrainResult.Reason.FINISHED;
            }
            return stopRequested ? TrainResult.Reason.REQUESTED : null;
        }

        private void step() {
            clock.start();
            StepRunner.Outcome outcome = runner.run(this::lastGood);
            clock.stop(outcome.tokens());
            long step = runner.step();
            StepReport report = new StepReport(
                    step,
                    config.steps(),
                    outcome.losses().loss(),
                    outcome.losses().auxiliary(),
                    config.learningRate(step),
                    outcome.losses().gradientNorm(),
                    clock.tokensPerSecond(),
                    clock.remaining(config.steps() - step),
                    curriculum.label(step));
            if (log != null && step % config.logEvery() == 0) {
                log.step(report, clock.seconds());
            }
            listener.stepped(report);
            if (isDue(config.evaluateEvery())) {
                evaluateValidation();
            }
            if (isDue(config.saveEvery()) || best.step() == step) {
                save();
            }
        }

        private boolean isDue(long every) {
            return every > 0 && runner.step() % every == 0;
        }

        private String lastGood() {
            List<Long> steps = folder == null ? List.of() : folder.steps();
            String remedy = "Lower train.lr, lengthen train.warmup, or set train.clip";
            return folder == null || steps.isEmpty()
                    ? "No checkpoint was saved before. " + remedy
                    : "The last good checkpoint is " + folder.checkpoint(steps.get(steps.size() - 1)) + ". " + remedy;
        }

        private void evaluateValidation() {
            if (evaluatedStep == runner.step()) {
                return;
            }
            evaluatedStep = runner.step();
            Metrics metrics = evaluate(Split.VALIDATION, evaluatedStep, config.evaluationBatches());
            validation = metrics;
            best = best.after(evaluatedStep, metrics.loss());
            listener.evaluated(evaluatedStep, Split.VALIDATION, metrics, best.step() == evaluatedStep);
        }

        private Metrics evaluate(Split split, long step, long windows) {
            Metrics metrics = evaluator.evaluate(split, windows);
            if (!Double.isFinite(metrics.loss())) {
                throw new MnemeException(
                        ErrorCode.NUMERIC_NOT_FINITE,
                        "evaluating '" + model.describe().memory() + "' on the " + split + " split at step " + step
                                + ": the loss is " + metrics.loss() + ". " + lastGood());
            }
            if (log != null) {
                log.evaluation(step, split, metrics);
            }
            return metrics;
        }

        private void save() {
            if (folder == null || log == null || savedStep == runner.step()) {
                return;
            }
            savedStep = runner.step();
            log.force();
            folder.deleteAfter(savedStep);
            runner.save(folder.checkpoint(savedStep), best, clock.seconds());
            folder.prune(config.keep(), best.step());
            listener.checkpointSaved(savedStep, folder.checkpoint(savedStep));
        }

        /** Early stopping means to end with the best weights; returns the step they are of. */
        private long takeBestWeights() {
            if (config.patience() == 0 || folder == null) {
                return runner.step();
            }
            Optional<Checkpoint> checkpoint = folder.best();
            checkpoint.ifPresent(found -> found.loadWeights(model));
            return checkpoint.map(found -> found.progress().step()).orElse(runner.step());
        }

        private TrainResult result(TrainResult.Reason reason, @Nullable Metrics test, long testedStep) {
            return new TrainResult(
                    runner.step(), reason, validation, test, testedStep, clock.seconds(), ProcessMemory.peakBytes());
        }
    }
}
