package dev.mneme.runtime.plugin;

import dev.mneme.runtime.internal.Services;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginRuntimeException;
import org.pf4j.PluginWrapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A dropped-in jar in the hands of PF4J, open until it is closed. */
final class OpenedJar {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedJar.class);

    private final IsolatingPluginManager manager;
    private final PluginWrapper plugin;
    private final PluginIdentity identity;
    private final LoadWatch watch;

    private OpenedJar(IsolatingPluginManager manager, PluginWrapper plugin, PluginIdentity identity, LoadPlace place) {
        this.manager = manager;
        this.plugin = plugin;
        this.identity = identity;
        this.watch = new LoadWatch(identity, place.timeout(), plugin.getPluginClassLoader());
    }

    /** Opens a jar; nothing of the plugin runs. */
    static OpenedJar open(Path jar, PluginManifest manifest, LoadPlace place) throws PluginRejection {
        IsolatingPluginManager manager = new IsolatingPluginManager(jar, place.host());
        try {
            PluginIdentity identity = new PluginIdentity(
                    manifest.id(), manifest.version(), jar.getFileName().toString());
            return new OpenedJar(manager, manager.open(), identity, place);
        } catch (PluginRuntimeException e) {
            throw new PluginRejection(Services.describe(e), "correct the jar's manifest");
        }
    }

    /** Runs the plugin's own class; call it {@link #watched}. */
    void start() throws PluginRejection {
        try {
            manager.start(plugin);
        } catch (PluginRuntimeException e) {
            PluginFaults.rethrowIfFatal(e);
            throw new PluginRejection(Services.describe(e), "correct the jar's manifest or its plugin class");
        }
    }

    /** Runs what the plugin does while it is loaded, in bounded time. */
    <T> T watched(String doing, Callable<T> code) throws PluginRejection {
        return watch.run(doing, code);
    }

    ClassLoader loader() {
        return plugin.getPluginClassLoader();
    }

    /** For everything the plugin does once it is loaded. */
    PluginCalls calls() {
        return new PluginCalls(identity, loader());
    }

    String fileName() {
        return identity.jar();
    }

    /** Stops the plugin and closes its jar, whatever its own code does meanwhile. */
    void close() {
        try {
            watched("unloading", () -> {
                manager.close(plugin);
                return identity;
            });
        } catch (PluginRejection e) {
            LOG.warn("{}: {}", identity, e.getMessage());
        } finally {
            closeLoader();
        }
    }

    private void closeLoader() {
        if (loader() instanceof PluginClassLoader open && !open.isClosed()) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.warn("{}: its jar cannot be closed: {}", identity, e.toString());
            }
        }
    }
}
