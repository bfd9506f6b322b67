package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.internal.Services;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what a plugin does while it is loaded or unloaded on a thread of its own, so that one that hangs is given up. Java
 * cannot kill a thread: one that does not answer to its interrupt stays behind as a daemon, and the message says so.
 */
final class LoadWatch {
    private static final Duration GRACE = Duration.ofMillis(200);

    private final PluginIdentity plugin;
    private final Duration timeout;
    private final ClassLoader loader;

    /**
     * Watches over one plugin.
     *
     * @param timeout positive
     * @param loader the plugin's, for the context of the thread
     */
    LoadWatch(PluginIdentity plugin, Duration timeout, ClassLoader loader) {
        this.plugin = plugin;
        this.timeout = timeout;
        this.loader = loader;
    }

    /**
     * Runs foreign code for as long as the timeout at most.
     *
     * @param doing for the message: {@code loading}
     * @throws PluginRejection if it does not end in time, or throws
     * @throws MnemeException ({@code INTERRUPTED}) if the caller is interrupted meanwhile
     */
    <T> T run(String doing, Callable<T> code) throws PluginRejection {
        FutureTask<T> task = new FutureTask<>(code);
        Thread thread = new Thread(null, task, "mneme-plugin-" + plugin.id(), 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
        thread.start();
        try {
            return task.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw giveUp(doing, thread);
        } catch (ExecutionException e) {
            throw failure(doing, e.getCause());
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new MnemeException(ErrorCode.INTERRUPTED, "interrupted while " + doing + " " + plugin, e);
        }
    }

    private PluginRejection giveUp(String doing, Thread thread) {
        String place = place(thread.getStackTrace());
        thread.interrupt();
        boolean ended;
        try {
            thread.join(GRACE.toMillis());
            ended = !thread.isAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            ended = false;
        }
        return new PluginRejection(
                "it hangs: " + doing + " it did not end within " + seconds() + " s" + place
                        + (ended ? "" : ", and its thread does not answer to an interrupt"),
                "report this to its author; where it only needs longer, raise the time with --plugin-timeout or"
                        + " load_timeout_seconds in " + PluginSettings.FILE);
    }

    private static PluginRejection failure(String doing, Throwable cause) {
        if (cause instanceof PluginRejection rejection) {
            return rejection;
        }
        PluginFaults.rethrowIfFatal(cause);
        return new PluginRejection(
                doing + " it failed: " + Services.describe(cause), "report this to the author of the jar");
    }

    /** The innermost line of the plugin's own that the thread is at. */
    private String place(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(frame -> isOfPlugin(frame.getClassName()))
                .findFirst()
                .map(frame -> ", last seen in " + frame.getClassName() + "." + frame.getMethodName() + " ("
                        + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .orElse("");
    }

    /** By name only: to look a class up could wait for the very initialiser that hangs. */
    private static boolean isOfPlugin(String className) {
        return !className.startsWith("java.")
                && !className.startsWith("jdk.")
                && !className.startsWith("dev.mneme.runtime.")
                && !SharedPackages.contains(className);
    }

    private String seconds() {
        double seconds = timeout.toMillis() / 1000.0;
        return seconds == Math.rint(seconds)
                ? String.valueOf((long) seconds)
                : String.format(Locale.ROOT, "%.1f", seconds);
    }
}
