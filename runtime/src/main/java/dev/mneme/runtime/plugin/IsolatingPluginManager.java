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
import org.pf4j.PluginStatusProvider;
import org.pf4j.PluginWrapper;

/**
 * PF4J for one jar, with its log lines and nulls turned into exceptions. One jar and no more, because a manager is not
 * thread-safe and a plugin that hangs in its hands may come back at any time.
 */
final class IsolatingPluginManager extends DefaultPluginManager {
    private final Path jar;
    private final PluginLoader loader;

    IsolatingPluginManager(Path jar, ClassLoader host) {
        super(List.of(jar.toAbsolutePath().getParent()));
        this.jar = jar;
        setSystemVersion(SpiVersion.CURRENT);
        loader = new IsolatingPluginLoader(this, new SharedClassLoader(host));
    }

    /**
     * Opens the jar; nothing of the plugin runs.
     *
     * @throws PluginRuntimeException if PF4J refuses it; nothing of it stays loaded
     */
    PluginWrapper open() {
        return getPlugin(loadPlugin(jar));
    }

    /**
     * Starts its plugin class, if it names one.
     *
     * @throws PluginRuntimeException if that fails
     */
    void start(PluginWrapper plugin) {
        if (!startPlugin(plugin.getPluginId()).isStarted()) {
            Throwable cause = plugin.getFailedException();
            throw new PluginRuntimeException(
                    cause, "its plugin class did not start{}", cause == null ? "" : ": " + Services.describe(cause));
        }
    }

    /**
     * Stops its plugin class, if it was started, and closes the jar.
     *
     * @throws PluginRuntimeException if the plugin class does not stop
     */
    void close(PluginWrapper plugin) {
        Throwable known = plugin.getFailedException();
        unloadPlugin(plugin.getPluginId());
        Throwable failure = plugin.getFailedException();
        if (failure != null && failure != known) {
            throw new PluginRuntimeException(failure, "its plugin class did not stop: {}", Services.describe(failure));
        }
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
                throw new UnsupportedOperationException("rename the jar of plugin " + pluginId + " instead");
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
