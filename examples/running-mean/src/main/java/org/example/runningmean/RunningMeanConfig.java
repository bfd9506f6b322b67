package org.example.runningmean;

import dev.mneme.config.Setting;

/** The keys of the mechanism: {@code memory.keep}. */
public record RunningMeanConfig(@Setting(value = "share of the mean that is kept", min = 0, max = 1) double keep) {
    public static RunningMeanConfig defaults() {
        return new RunningMeanConfig(0.5);
    }
}
