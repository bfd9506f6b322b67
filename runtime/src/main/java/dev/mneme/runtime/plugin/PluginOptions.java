package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How dropped-in plugins are loaded. {@link PluginSettings} of the folder may be stricter, and give what is null here.
 *
 * @param directory folder of plugin jars; null, or a folder that is not there, for none
 * @param trustedOnly whether only jars are loaded whose digest is in the folder's {@code trusted.sha256}
 * @param loadTimeout how long one plugin may take to load, positive; null for that of the folder's settings
 */
public record PluginOptions(
        @Nullable Path directory,
        boolean trustedOnly,
        @Nullable Duration loadTimeout) {
    /** No folder. */
    public static final PluginOptions NONE = new PluginOptions(null, false, null);

    /** @throws MnemeException ({@code CONFIG_INVALID}) for a time that is not positive */
    public PluginOptions {
        if (loadTimeout != null && (loadTimeout.isNegative() || loadTimeout.isZero())) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "the time a plugin may take to load: expected more than 0 s, got " + loadTimeout);
        }
    }

    /** All that works in a folder. */
    public static PluginOptions of(@Nullable Path directory) {
        return NONE.withDirectory(directory);
    }

    public PluginOptions withDirectory(@Nullable Path folder) {
        return new PluginOptions(folder, trustedOnly, loadTimeout);
    }

    public PluginOptions withTrustedOnly(boolean only) {
        return new PluginOptions(directory, only, loadTimeout);
    }

    public PluginOptions withLoadTimeout(@Nullable Duration timeout) {
        return new PluginOptions(directory, trustedOnly, timeout);
    }

    /** What the folder itself asks for; the defaults where there is none. */
    PluginSettings settings() {
        return directory == null ? PluginSettings.defaults() : PluginSettings.of(directory);
    }
}
