package dev.mneme.runtime;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Stage;
import com.google.inject.spi.Message;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.config.RunConfigLoader;
import dev.mneme.runtime.engine.Engine;
import dev.mneme.runtime.engine.EngineChoice;
import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.runtime.plugin.PluginHost;
import dev.mneme.runtime.plugin.Rejected;
import dev.mneme.runtime.plugin.TaskRegistry;
import dev.mneme.tensor.TensorBackend;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;

/**
 * Mneme inside another program.
 *
 * <pre>{@code
 * try (Mneme mneme = Mneme.open(MnemeOptions.defaults().withPluginDirectory(Path.of("plugins")))) {
 *     mneme.memories().all().forEach(memory -> System.out.println(memory.name() + " from " + memory.source()));
 *     RunConfig config = mneme.configurations().load(
 *             Path.of("run.yaml"), Map.of("memory", "memory-transformer"), List.of("memory.slots=4"));
 *     TensorBackend backend = mneme.backend();
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
