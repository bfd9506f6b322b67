package dev.mneme.memory;

/**
 * Version of the plugin interfaces, by semantic versioning. A plugin's manifest states the range it was built for in
 * {@code Plugin-Requires}; the runtime refuses what does not fit.
 */
public final class SpiVersion {
    /** What this build offers to plugins. */
    public static final String CURRENT = "0.1.0";

    private SpiVersion() {}
}
