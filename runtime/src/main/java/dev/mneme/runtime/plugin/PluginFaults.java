package dev.mneme.runtime.plugin;

import org.jspecify.annotations.Nullable;

/** Tells what a plugin may throw without harm to others from what the whole JVM suffers from. */
final class PluginFaults {
    private PluginFaults() {}

    /**
     * Throws it again if the JVM itself is in trouble: out of memory, an internal error. A stack that overflowed is the
     * fault of the code that recursed, and is over once it has been caught. {@link java.util.ServiceLoader} hides what
     * constructors throw, hence the look at causes.
     */
    static void rethrowIfFatal(Throwable fault) {
        for (@Nullable Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
                throw error;
            }
        }
    }
}
