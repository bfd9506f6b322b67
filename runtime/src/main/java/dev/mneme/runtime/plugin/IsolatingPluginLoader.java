package dev.mneme.runtime.plugin;

import java.nio.file.Path;
import org.pf4j.ClassLoadingStrategy;
import org.pf4j.JarPluginLoader;
import org.pf4j.PluginClassLoader;
import org.pf4j.PluginDescriptor;
import org.pf4j.PluginManager;

/** Gives every jar a class loader of its own: shared classes from the host, then the jar, then the JDK. */
final class IsolatingPluginLoader extends JarPluginLoader {
    private final ClassLoader shared;

    IsolatingPluginLoader(PluginManager manager, ClassLoader shared) {
        super(manager);
        this.shared = shared;
    }

    @Override
    protected PluginClassLoader createPluginClassLoader(Path jar, PluginDescriptor descriptor) {
        return new PluginClassLoader(pluginManager, descriptor, shared, ClassLoadingStrategy.PAD) {
            @Override
            protected boolean shouldDelegateToParent(String className) {
                return SharedPackages.contains(className);
            }
        };
    }
}
