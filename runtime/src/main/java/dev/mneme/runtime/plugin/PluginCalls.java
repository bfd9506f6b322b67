package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.SpiVersion;
import dev.mneme.runtime.internal.Services;
import java.util.function.Supplier;

/**
 * Runs the code of a dropped-in plugin: with its own class loader as the thread's, because libraries inside it look
 * there, and so that whatever it throws names the plugin. Errors that explain themselves to the user (a wrong setting, a
 * loss that is not finite) pass as they are; so does what the whole JVM suffers from.
 */
final class PluginCalls {
    private final PluginIdentity plugin;
    private final ClassLoader loader;

    PluginCalls(PluginIdentity plugin, ClassLoader loader) {
        this.plugin = plugin;
        this.loader = loader;
    }

    /**
     * Calls the plugin.
     *
     * @param doing what it is asked to do, for the message: {@code creating its mechanism}
     * @throws MnemeException of the plugin's own if it is the user's to act on; otherwise one that names the plugin,
     *     {@code PLUGIN_MISBEHAVED} unless the plugin's own has another code
     */
    // The border to foreign code: an Error of any class must not take the other plugins with it.
    <T> T call(String doing, Supplier<T> code) {
        Thread thread = Thread.currentThread();
        ClassLoader previous = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return code.get();
        } catch (MnemeException e) {
            throw named(doing, e);
        } catch (Throwable e) {
            PluginFaults.rethrowIfFatal(e);
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED, plugin + ", " + doing + ": " + Services.describe(e) + remedy(e), e);
        } finally {
            thread.setContextClassLoader(previous);
        }
    }

    void run(String doing, Runnable code) {
        this.<Boolean>call(doing, () -> {
            code.run();
            return true;
        });
    }

    private MnemeException named(String doing, MnemeException e) {
        String message = String.valueOf(e.getMessage());
        if (e.code().isUserError() || message.contains(plugin.toString())) {
            return e;
        }
        String code = e.code() + ": ";
        String text = message.startsWith(code) ? message.substring(code.length()) : message;
        return new MnemeException(e.code(), plugin + ", " + doing + ": " + text, e);
    }

    private static String remedy(Throwable fault) {
        return fault instanceof LinkageError
                ? "; it may lack a library, or be built for another version than " + SpiVersion.CURRENT
                : "; report this to its author";
    }
}
