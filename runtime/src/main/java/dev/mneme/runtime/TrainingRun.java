package dev.mneme.runtime;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.nn.Parameter;
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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model and the task it is to learn; made by {@link Mneme#newRun(RunConfig)}. What training leaves in its folder,
 * {@link Mneme#load} reads.
 */
public final class TrainingRun implements AutoCloseable {
    private final RunConfig config;
    private final Curriculum curriculum;
    private final Model model;
    private final ModelFactory factory;

    private TrainingRun(Mneme mneme, RunConfig config, Curriculum curriculum) {
        this.config = config;
        this.curriculum = curriculum;
        this.factory = new ModelFactory(mneme.memories());
        TensorBackend backend = mneme.backend().at(config.train().precision());
        this.model = factory.create(config, curriculum.task().info(), backend, DType.F32);
    }

    /** The task by its name, and the easier ones before it. */
    static TrainingRun ofNamedTask(Mneme mneme, RunConfig config) {
        TaskEntry entry = mneme.tasks().require(config.task());
        TaskContext context = context(mneme, config);
        Task task = entry.create(config.taskSettings(), context);
        List<Curriculum.Stage> stages = config.curriculum().stream()
                .map(stage -> stage(stage, entry, config, context))
                .toList();
        return new TrainingRun(mneme, config, new Curriculum(stages, task));
    }

    static TrainingRun ofOwnTask(Mneme mneme, RunConfig config, Function<TaskContext, ? extends Task> task) {
        return new TrainingRun(mneme, config, Curriculum.none(task.apply(context(mneme, config))));
    }

    private static TaskContext context(Mneme mneme, RunConfig config) {
        return new TaskContext(config.model().segment(), config.train().segments(), mneme.dataDirectory());
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
        return curriculum.task();
    }

    /** The model, closed with this run. */
    public Model model() {
        return model;
    }

    /** Trained numbers of the model. */
    public long parameterCount() {
        return model.mechanism().parameterCount();
    }

    /**
     * Trains from the first step and keeps checkpoints and a record.
     *
     * @param folder of the run; made if it does not exist
     * @throws MnemeException as {@link Trainer#train}
     */
    public TrainResult train(Path folder, TrainListener listener) {
        return trainer(RunFolder.create(folder), listener).train();
    }

    /**
     * Goes on where a process that trained in this folder has ended, or begins there.
     *
     * @param folder of the run; made if it does not exist
     * @throws MnemeException as {@link Trainer#resume}
     */
    public TrainResult resume(Path folder, TrainListener listener) {
        return trainer(RunFolder.create(folder), listener).resume();
    }

    /**
     * A trainer of this model, for whoever wants to {@linkplain Trainer#requestStop stop} it.
     *
     * @param folder gets the configuration when training starts; null keeps nothing on disk
     */
    public Trainer trainer(@Nullable RunFolder folder, TrainListener listener) {
        TrainListener all = folder == null ? listener : TrainListener.all(new ConfigWriter(folder, config), listener);
        return new Trainer(model, curriculum, config.train(), config.seed(), folder, all);
    }

    /** Not before training starts: a run that is refused must leave the folder of an earlier one alone. */
    private record ConfigWriter(RunFolder folder, RunConfig config) implements TrainListener {
        @Override
        public void started(long step, long steps) {
            folder.writeConfig(config.toMap());
        }
    }

    /** Evaluates a whole split. */
    public Metrics evaluate(Split split) {
        return new Evaluator(model, task(), config.train().batch()).evaluate(split, 0);
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
        try (Model saved = factory.create(checkpoint.model(), model.backend())) {
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

    /** Closes the model. */
    @Override
    public void close() {
        model.close();
    }
}
