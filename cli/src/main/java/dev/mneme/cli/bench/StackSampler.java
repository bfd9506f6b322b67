package dev.mneme.cli.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks at a thread every millisecond and counts in which methods of one package it is: in the innermost of them, whatever
 * that called elsewhere. Long operations of an engine are seen well, as a thread can be looked at while it is in native code;
 * methods of microseconds are not.
 */
final class StackSampler implements AutoCloseable {
    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(1);

    private final Thread watched;
    private final String packageName;
    private final Thread sampler;
    private final Map<String, Long> counts = new LinkedHashMap<>();
    private long samples;
    private volatile boolean on;
    private volatile boolean closed;

    /** Watches the calling thread, not before {@link #resume}. */
    StackSampler(String packageName) {
        this.watched = Thread.currentThread();
        this.packageName = packageName;
        sampler = new Thread(this::sample, "mneme-profile");
        sampler.setDaemon(true);
        sampler.start();
    }

    void resume() {
        on = true;
        LockSupport.unpark(sampler);
    }

    private void sample() {
        while (!closed) {
            LockSupport.parkNanos(this, on ? EVERY : Long.MAX_VALUE);
            if (on && !closed) {
                count(watched.getStackTrace());
            }
        }
    }

    private void count(StackTraceElement[] stack) {
        samples++;
        for (StackTraceElement frame : stack) {
            String name = frame.getClassName();
            if (name.startsWith(packageName + ".")) {
                counts.merge(name.substring(packageName.length() + 1) + "." + frame.getMethodName(), 1L, Long::sum);
                return;
            }
        }
    }

    /** Shares of all samples by method, those of the package only; ends the sampling. */
    Map<String, Double> shares() throws InterruptedException {
        close();
        sampler.join();
        Map<String, Double> shares = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(entry -> shares.put(entry.getKey(), (double) entry.getValue() / samples));
        return shares;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sampler);
    }
}
