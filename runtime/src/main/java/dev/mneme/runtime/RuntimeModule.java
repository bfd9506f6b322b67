package dev.mneme.runtime;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.runtime.config.RunConfigLoader;
import dev.mneme.runtime.engine.Engine;
import dev.mneme.runtime.engine.EngineModules;
import dev.mneme.runtime.engine.EngineRegistry;
import dev.mneme.runtime.plugin.MemoryRegistry;
import dev.mneme.runtime.plugin.PluginHost;
import dev.mneme.runtime.plugin.TaskRegistry;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;

/**
 * Binds the runtime for programs that use Guice themselves; others open {@link Mneme}. A program's own modules may add
 * to the set of {@link EngineProvider}. Whoever makes the injector closes the {@link Mneme} it gets from it.
 */
public final class RuntimeModule extends AbstractModule {
    private final MnemeOptions options;
    private final ClassLoader classPath;
    private final Engine.Request engine;

    /**
     * Finds engines, memories and tasks where core-api is, and in the plugin folder.
     *
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) for fewer than one thread
     */
    public RuntimeModule(MnemeOptions options) {
        this(options, RuntimeModule.class.getClassLoader());
    }

    /** As {@link #RuntimeModule(MnemeOptions)}, but looks for engines, memories and tasks on another class path. */
    public RuntimeModule(MnemeOptions options, ClassLoader classPath) {
        this.options = options;
        this.classPath = classPath;
        this.engine = new Engine.Request(options.backend(), new EngineOptions(options.threads()));
    }

    @Override
    protected void configure() {
        binder().requireExplicitBindings();
        binder().disableCircularProxies();
        EngineModules engines = EngineModules.load(classPath);
        bind(EngineModules.class).toInstance(engines);
        Multibinder<EngineProvider> providers = Multibinder.newSetBinder(binder(), EngineProvider.class);
        engines.providers().forEach(provider -> providers.addBinding().toInstance(provider));
        bind(MnemeOptions.class).toInstance(options);
        bind(Engine.Request.class).toInstance(engine);
        bind(EngineRegistry.class).in(Singleton.class);
        bind(Engine.class).in(Singleton.class);
        bind(RunConfigLoader.class).in(Singleton.class);
        bind(Mneme.class).in(Singleton.class);
    }

    @Provides
    @Singleton
    PluginHost plugins() {
        return PluginHost.open(options.plugins(), classPath);
    }

    @Provides
    MemoryRegistry memories(PluginHost plugins) {
        return plugins.memories();
    }

    @Provides
    TaskRegistry tasks(PluginHost plugins) {
        return plugins.tasks();
    }
}
