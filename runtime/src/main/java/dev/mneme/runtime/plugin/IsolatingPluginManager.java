package dev.mneme.runtime.plugin;

import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.internal.Services;
import java.nio.file.Path;
import java.util.List;
import org.pf4j.DefaultPluginManager;
import org.pf4j.ManifestPluginDescriptorFinder;
import org.pf4j.Plugin;
import org.pf4j.PluginDescriptorFinder;
import org.pf4j.PluginFactory;
import org.pf4j.PluginLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginState;
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;

/** PF4J for jars that are handed to it one by one, with its log lines and nulls turned into exceptions. */
final class IsolatingPluginManager extends DefaultPluginManager {
    private final PluginLoader loader;

    IsolatingPluginManager(Path directory, ClassLoader host) {
        super(List.of(directory));
        setSystemVersion(SpiVersion.CURRENT);
        loader = new IsolatingPluginLoader(this, new SharedClassLoader(host));
    }

    /**
     * Loads one jar and starts its plugin class, if it names one.
     *
     * @throws PluginRuntimeException if PF4J refuses it; nothing of it stays loaded
     */
    PluginWrapper open(Path jar) {
        String id = loadPlugin(jar);
        PluginWrapper plugin = getPlugin(id);
        PluginState state = new PluginCalls(jar, plugin.getPluginClassLoader()).call(() -> startPlugin(id));
        if (!state.isStarted()) {
            Throwable cause = plugin.getFailedException();
            close(plugin);
            throw new PluginRuntimeException(
                    cause, "its plugin class did not start{}", cause == null ? "" : ": " + Services.describe(cause));
        }
        return plugin;
    }

    /** Stops the plugin and closes its jar. */
    void close(PluginWrapper plugin) {
        new PluginCalls(plugin.getPluginPath(), plugin.getPluginClassLoader())
                .call(() -> unloadPlugin(plugin.getPluginId()));
    }

    @Override
    public PluginLoader getPluginLoader() {
        return loader;
    }

    @Override
    protected PluginDescriptorFinder createPluginDescriptorFinder() {
        return new ManifestPluginDescriptorFinder();
    }

    /** Files that switch plugins off would make one vanish without a word. */
    @Override
    protected PluginStatusProvider createPluginStatusProvider() {
        return new PluginStatusProvider() {
            @Override
            public boolean isPluginDisabled(String pluginId) {
                return false;
            }

            @Override
            public void disablePlugin(String pluginId) {
                throw new UnsupportedOperationException("remove the jar of plugin " + pluginId + " instead");
            }

            @Override
            public void enablePlugin(String pluginId) {}
        };
    }

    @Override
    protected PluginFactory createPluginFactory() {
        return wrapper -> {
            String name = wrapper.getDescriptor().getPluginClass();
            try {
                Class<?> type = wrapper.getPluginClassLoader().loadClass(name);
                return type.asSubclass(Plugin.class).getConstructor().newInstance();
            } catch (ReflectiveOperationException | ClassCastException e) {
                throw new PluginRuntimeException(e, "cannot make {}", name);
            }
        };
    }
}
