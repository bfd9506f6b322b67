package dev.mneme.cli.run;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.nn.Parameter;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.CurriculumStage;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.evaluate.Evaluator;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.runtime.plugin.TaskEntry;
import dev.mneme.runtime.train.Curriculum;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The model and the task of one configuration. */
public final class TrainingRun implements AutoCloseable {
    private final RunConfig config;
    private final Task task;
    private final Curriculum curriculum;
    private final Model model;
    private final ModelFactory factory;

    /** Makes the task and a model with fresh parameters. */
    public TrainingRun(Mneme mneme, RunConfig config) {
        this.config = config;
        TaskEntry entry = mneme.tasks().require(config.task());
        TaskContext context =
                new TaskContext(config.model().segment(), config.train().segments(), mneme.dataDirectory());
        this.task = entry.create(config.taskSettings(), context);
        this.curriculum = new Curriculum(
                config.curriculum().stream()
                        .map(stage -> stage(stage, entry, config, context))
                        .toList(),
                task);
        this.factory = new ModelFactory(mneme.memories());
        this.model = factory.create(config, task.info(), mneme.backend(), DType.F32);
    }

    private static Curriculum.Stage stage(
            CurriculumStage stage, TaskEntry entry, RunConfig config, TaskContext context) {
        Map<String, Object> settings = new LinkedHashMap<>(config.taskSettings());
        settings.putAll(stage.taskSettings());
        return new Curriculum.Stage(stage.label(), entry.create(settings, context), stage.steps());
    }

    public RunConfig config() {
        return config;
    }

    public Task task() {
        return task;
    }

    public Model model() {
        return model;
    }

    /** Trained numbers of the model. */
    public long parameterCount() {
        return model.mechanism().parameterCount();
    }

    /** A trainer of this model; {@code null} keeps nothing on disk. */
    public Trainer trainer(@Nullable RunFolder folder, TrainListener listener) {
        return new Trainer(model, curriculum, config.train(), config.seed(), folder, listener);
    }

    /**
     * What training gave.
     *
     * @param speeds tokens per second of each step, see {@link SpeedListener}
     */
    public RunSummary summary(TrainResult result, SpeedListener speeds) {
        Metrics metrics = result.test() != null
                ? result.test()
                : result.validation() != null ? result.validation() : new Metrics(Map.of());
        return new RunSummary(
                result.step(), metrics, speeds.median(), result.peakBytes(), parameterCount(), result.seconds());
    }

    /** Evaluates a whole split. */
    public Metrics evaluate(Split split) {
        return new Evaluator(model, task, config.train().batch()).evaluate(split, 0);
    }

    /**
     * Takes the weights of a checkpoint, also of a model with other settings as long as all parameters have the same
     * shapes: a memory with fewer rows in use, another attention window.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) naming parameters that do not fit
     */
    public void load(Checkpoint checkpoint) {
        if (model.describe().differences(checkpoint.model()).isEmpty()) {
            checkpoint.loadWeights(model);
            return;
        }
        TensorBackend backend = model.backend();
        try (Model saved = factory.create(checkpoint.model(), backend)) {
            checkpoint.loadWeights(saved);
            copyWeights(saved);
        }
    }

    /** As {@link #load}, from a model in memory. */
    public void copyWeights(Model source) {
        List<String> problems = new ArrayList<>();
        Map<String, Parameter> sources = source.parameters();
        model.parameters().forEach((path, parameter) -> {
            Parameter from = sources.get(path);
            if (from == null) {
                problems.add(path + " is not in the trained model");
            } else if (!from.value().shape().equals(parameter.value().shape())) {
                problems.add(path + " is " + from.value().shape() + " in the trained model, these settings need "
                        + parameter.value().shape());
            }
        });
        if (!problems.isEmpty()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "the trained weights do not fit these settings in " + problems.size() + " places, first "
                            + problems.get(0) + ". Change only settings that keep all shapes");
        }
        model.parameters()
                .forEach((path, parameter) ->
                        parameter.value().assign(sources.get(path).value()));
    }

    @Override
    public void close() {
        model.close();
    }
}
