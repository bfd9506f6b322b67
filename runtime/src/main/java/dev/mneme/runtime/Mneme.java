package dev.mneme.runtime;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.Checkpoint;
import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.config.RunConfigLoader;
import dev.mneme.runtime.engine.Engine;
import dev.mneme.runtime.engine.EngineChoice;
import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.model.ModelFactory;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.runtime.plugin.PluginHost;
import dev.mneme.runtime.plugin.Rejected;
import dev.mneme.runtime.plugin.TaskRegistry;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Mneme inside another program.
 *
 * <pre>{@code
 * try (Mneme mneme = Mneme.open()) {
 *     try (TrainingRun run = mneme.newRun(
 *             Map.of("memory", "transformer-xl", "model.dim", 64, "train.steps", 500),
 *             context -> TokenSequences.task(vocabulary, sequences, context))) {
 *         run.train(Path.of("events"), TrainListener.NONE);
 *     }
 *     try (Model model = mneme.load(Path.of("events"));
 *             SessionPool pool = SessionPool.open(model, SessionOptions.defaults());
 *             Session session = pool.open()) {
 *         double[] logProbabilities = session.feed(vocabulary.encode("login", "de"));
 *     }
 * }
 * }</pre>
 *
 * <p>Opening finds plugins and engines; natives load when the engine is first asked for. Everything obtained here is
 * usable until it is closed. Thread-safe.
 */
public final class Mneme implements AutoCloseable {
    private final MnemeOptions options;
    private final EngineRegistry engines;
    private final Engine engine;
    private final PluginHost plugins;
    private final RunConfigLoader configurations;

    @Inject
    Mneme(
            MnemeOptions options,
            EngineRegistry engines,
            Engine engine,
            PluginHost plugins,
            RunConfigLoader configurations) {
        this.options = options;
        this.engines = engines;
        this.engine = engine;
        this.plugins = plugins;
        this.configurations = configurations;
    }

    /** As {@link #open(MnemeOptions)} with the class path alone, the best engine and all processors. */
    public static Mneme open() {
        return open(MnemeOptions.defaults());
    }

    /**
     * Finds engines, memories and tasks on the class path and in the plugin folder. What does not work is listed by
     * {@link #rejected()} and {@link EngineRegistry#failures()} and keeps nothing else from loading.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if the plugin folder cannot be listed; ({@code CONFIG_INVALID}) for
     *     fewer than one thread
     */
    public static Mneme open(MnemeOptions options) {
        return open(new RuntimeModule(options));
    }

    static Mneme open(RuntimeModule module) {
        try {
            return Guice.createInjector(Stage.PRODUCTION, module).getInstance(Mneme.class);
        } catch (CreationException e) {
            throw e.getErrorMessages().stream()
                    .map(Message::getCause)
                    .filter(MnemeException.class::isInstance)
                    .map(RuntimeException.class::cast)
                    .findFirst()
                    .orElse(e);
        }
    }

    /** Every engine, and whether it works here. */
    public EngineRegistry engines() {
        return engines;
    }

    /**
     * Which engine is used and why.
     *
     * @throws MnemeException ({@code NAME_UNKNOWN} or {@code ENGINE_UNAVAILABLE}) with what to do if there is none
     */
    public EngineChoice engine() {
        return engine.choice();
    }

    /**
     * The engine, opened by the first call; closed with this object.
     *
     * @throws MnemeException ({@code NAME_UNKNOWN} or {@code ENGINE_UNAVAILABLE}) with what to do if there is none
     */
    public TensorBackend backend() {
        return engine.backend();
    }

    public MemoryRegistry memories() {
        return plugins.memories();
    }

    public TaskRegistry tasks() {
        return plugins.tasks();
    }

    /** Plugin jars and class-path providers that are not used, and why. */
    public List<Rejected> rejected() {
        return plugins.rejected();
    }

    /** Makes run configurations from files, flags and assignments. */
    public RunConfigLoader configurations() {
        return configurations;
    }

    /**
     * The model and the installed task of a configuration, with fresh parameters; nothing is trained yet.
     *
     * @return the caller closes it, before this object
     * @throws MnemeException ({@code NAME_UNKNOWN}) if its memory or task is not installed; ({@code CONFIG_INVALID}) if
     *     its parts do not go together, if it names another engine than the one that is open, or a precision that the
     *     engine does not have;
     *     ({@code DATA_UNREADABLE}) if the data of the task cannot be read
     */
    public TrainingRun newRun(RunConfig config) {
        if (config.task().equals(RunConfig.OWN_TASK)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "a run on a task that the program makes itself: pass newRun what makes the task");
        }
        requireEngine(config);
        return TrainingRun.ofNamedTask(this, config);
    }

    /**
     * A model with fresh parameters, and a task that the program makes itself.
     *
     * @param settings by dotted key, as {@link RunConfigLoader#loadForOwnTask} takes them: {@code memory},
     *     {@code memory.slots}, {@code model.dim}, {@code train.steps}, {@code seed} and so on
     * @param task makes the task; it gets {@code model.segment} and {@code train.segments}
     * @return the caller closes it, before this object
     * @throws MnemeException as {@link RunConfigLoader#loadForOwnTask} and {@link #newRun(RunConfig)}
     */
    public TrainingRun newRun(Map<String, ?> settings, Function<TaskContext, ? extends Task> task) {
        return newRun(configurations.loadForOwnTask(null, settings, List.of()), task);
    }

    /**
     * As {@link #newRun(Map, Function)}.
     *
     * @param config of {@link RunConfigLoader#loadForOwnTask}
     */
    public TrainingRun newRun(RunConfig config, Function<TaskContext, ? extends Task> task) {
        if (!config.task().equals(RunConfig.OWN_TASK)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "the configuration names the task '" + config.task()
                            + "', but the program makes the task itself; load it with loadForOwnTask");
        }
        requireEngine(config);
        return TrainingRun.ofOwnTask(this, config, task);
    }

    /**
     * The trained model of a run, whoever trained it: {@link TrainingRun#train} or {@code mneme train}. It is that of the
     * best checkpoint where training was to stop early, else that of the newest.
     *
     * @param folder of the run
     * @return the caller closes it, before this object
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if there is no such run, no checkpoint in it, or a corrupt one;
     *     ({@code NAME_UNKNOWN}) if its memory is not installed
     */
    public Model load(Path folder) {
        return load(folder, Precision.F32);
    }

    /**
     * As {@link #load(Path)}, computing at another precision. It need not be that of the training: parameters are F32.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) naming those the engine has
     */
    public Model load(Path folder, Precision precision) {
        Checkpoint checkpoint = RunFolder.open(folder).trained();
        Model model = new ModelFactory(memories())
                .create(checkpoint.model(), backend().at(precision));
        try {
            checkpoint.loadWeights(model);
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /** A configuration decides its results; it must not be run on another engine than it says. */
    private void requireEngine(RunConfig config) {
        String open = engine().name();
        if (!config.backend().equals(EngineRegistry.AUTO) && !config.backend().equals(open)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "backend: the configuration asks for the engine '" + config.backend()
                            + "', but this runtime runs on '" + open
                            + "'; open it with MnemeOptions.withBackend, or leave the key out");
        }
    }

    /** Where fetched data sets are kept. */
    public Path dataDirectory() {
        return options.dataDirectory();
    }

    /** Closes the engine, then the plugins. Models must be closed before. */
    @Override
    public void close() {
        try {
            engine.close();
        } finally {
            plugins.close();
        }
    }
}
