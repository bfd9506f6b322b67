package dev.mneme.runtime.plugin;

import java.time.Duration;

/**
 * Where dropped-in jars are loaded.
 *
 * @param host class loader that sees core-api
 * @param timeout how long one plugin may take, positive
 */
record LoadPlace(ClassLoader host, Duration timeout) {
    /**
     * With the options given, and what they leave open as the folder's own settings have it.
     *
     * @throws dev.mneme.error.MnemeException if those settings are wrong or cannot be read
     */
    static LoadPlace of(PluginOptions options, ClassLoader host) {
        PluginSettings settings = options.settings();
        Duration given = options.loadTimeout();
        return new LoadPlace(host, given != null ? given : settings.loadTimeout());
    }
}
