package dev.mneme.runtime.plugin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A jar of the plugin folder, as {@link PluginFolder#list} shows it.
 *
 * @param file its name without {@code .disabled}
 * @param state whether it is used
 * @param id of its manifest; null if that cannot be read
 * @param version of its manifest; null if that cannot be read
 * @param requires the range of {@link dev.mneme.memory.SpiVersion}s of its manifest; null if there is none
 * @param memories names of its mechanisms; empty unless it is loaded, since only its code can tell
 * @param tasks names of its tasks, likewise
 * @param sha256 digest of the file, hexadecimal; null if it cannot be read
 * @param trusted whether the digest is in {@code trusted.sha256}
 * @param reason why it is rejected, and what to do; null otherwise
 */
public record InstalledPlugin(
        String file,
        State state,
        @Nullable String id,
        @Nullable String version,
        @Nullable String requires,
        List<String> memories,
        List<String> tasks,
        @Nullable String sha256,
        boolean trusted,
        @Nullable String reason) {
    /** What becomes of a jar in the folder. */
    public enum State {
        LOADED,
        DISABLED,
        REJECTED
    }

    public InstalledPlugin {
        memories = List.copyOf(memories);
        tasks = List.copyOf(tasks);
    }
}
