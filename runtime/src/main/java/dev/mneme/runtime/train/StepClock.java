package dev.mneme.runtime.train;

import java.time.Duration;

/** Time spent in steps, evaluations and checkpoints aside. */
final class StepClock {
    private final double secondsBefore;
    private long nanos;
    private long steps;
    private long begin;
    private double tokensPerSecond;

    StepClock(double secondsBefore) {
        this.secondsBefore = secondsBefore;
    }

    void start() {
        begin = System.nanoTime();
    }

    void stop(long tokens) {
        long passed = System.nanoTime() - begin;
        nanos += passed;
        steps++;
        tokensPerSecond = tokens * 1e9 / Math.max(1, passed);
    }

    double tokensPerSecond() {
        return tokensPerSecond;
    }

    double seconds() {
        return secondsBefore + nanos / 1e9;
    }

    Duration remaining(long stepsLeft) {
        return Duration.ofNanos((long) ((double) nanos / Math.max(1, steps) * stepsLeft));
    }
}
