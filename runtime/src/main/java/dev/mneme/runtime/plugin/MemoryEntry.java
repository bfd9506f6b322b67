package dev.mneme.runtime.plugin;

import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import java.util.List;
import java.util.Map;

/**
 * A memory mechanism that can be used.
 *
 * @param provider makes it
 * @param name on the command line and in checkpoints
 * @param version of the jar it comes from
 * @param source where that is, for people
 * @param settings the {@code memory.*} keys it takes
 */
public record MemoryEntry(
        MemoryProvider<?> provider, String name, String version, String source, List<SettingDescription> settings) {
    public MemoryEntry {
        settings = List.copyOf(settings);
    }

    /**
     * The mechanism's configuration.
     *
     * @param values by key, see {@link Settings}
     * @throws dev.mneme.config.ConfigurationProblems if a key or value does not fit
     */
    public Record configure(Map<String, ?> values) {
        return Settings.bind("memory", provider.configType(), values);
    }

    /** Builds the mechanism from values; the caller closes the result. Called outside of any tensor scope. */
    public Mechanism create(Map<String, ?> values, MechanismContext context) {
        return create(provider, values, context);
    }

    private static <C extends Record> Mechanism create(
            MemoryProvider<C> provider, Map<String, ?> values, MechanismContext context) {
        return provider.create(Settings.bind("memory", provider.configType(), values), context);
    }
}
