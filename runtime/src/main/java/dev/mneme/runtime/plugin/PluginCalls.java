package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.internal.Services;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Runs a plugin's code with its own class loader as the thread's, because libraries inside it look there. A class that
 * does not link becomes an error that names the jar.
 */
final class PluginCalls {
    private final Path jar;
    private final ClassLoader loader;

    PluginCalls(Path jar, ClassLoader loader) {
        this.jar = jar;
        this.loader = loader;
    }

    <T> T call(Supplier<T> code) {
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return code.get();
        } catch (LinkageError e) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    jar.getFileName() + ": " + Services.describe(e)
                            + "; it may lack a library, or be built for another version than " + SpiVersion.CURRENT,
                    e);
        } finally {
            thread.setContextClassLoader(previous);
        }
    }
}
