package dev.mneme.runtime.plugin;

/**
 * Parent of every plugin's class loader: the JDK and {@link SharedPackages}. It hands out none of the host's resources,
 * so that a plugin finds its own services files only.
 */
final class SharedClassLoader extends ClassLoader {
    private final ClassLoader host;

    SharedClassLoader(ClassLoader host) {
        super("mneme-shared", ClassLoader.getPlatformClassLoader());
        this.host = host;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (SharedPackages.contains(name)) {
            return host.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }
}
