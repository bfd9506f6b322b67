package dev.mneme.cli.compare;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A mechanism with its settings.
 *
 * @param name unique in the comparison; the mechanism's own if not said
 * @param memory name of the mechanism
 * @param settings beyond those of all, by dotted key
 * @param adjust setting that a budget changes; null = the usual one
 */
public record MemoryChoice(
        String name,
        String memory,
        Map<String, Object> settings,
        @Nullable String adjust) {
    public MemoryChoice {
        if (memory == null) {
            throw new IllegalArgumentException("each of memories needs a memory: the name of the mechanism");
        }
        name = name == null ? memory : name;
        settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
    }

    /** The mechanism as it is. */
    public static MemoryChoice valueOf(String memory) {
        return new MemoryChoice(memory, memory, Map.of(), null);
    }

    /** The same with another setting for a budget to change. */
    public MemoryChoice adjusting(String setting) {
        return new MemoryChoice(name, memory, settings, setting);
    }
}
