package dev.mneme.runtime.plugin;

import dev.mneme.config.SettingDescription;
import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.internal.Services;
import dev.mneme.task.TaskProvider;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * A provider that keeps the rules of its SPI as far as can be seen without creating anything.
 *
 * @param provider as the framework calls it
 * @param name checked
 * @param version of the jar
 * @param source where it comes from
 * @param settings the keys it takes
 */
record Extension<P>(P provider, String name, String version, Source source, List<SettingDescription> settings) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int LONGEST_NAME = 64;
    /** Stands beside a provider's own keys in a configuration file, where it chooses the provider. */
    private static final String NAME_KEY = "name";

    static Extension<MemoryProvider<?>> memory(MemoryProvider<?> provider, String version, Source source)
            throws PluginRejection {
        return check(
                provider,
                provider::name,
                provider::configType,
                () -> provider.description().summary(),
                version,
                source);
    }

    static Extension<TaskProvider<?>> task(TaskProvider<?> provider, String version, Source source)
            throws PluginRejection {
        return check(provider, provider::name, provider::configType, provider::summary, version, source);
    }

    /** The same, called through another provider. */
    Extension<P> through(P other) {
        return new Extension<>(other, name, version, source, settings);
    }

    // The border to foreign code: an Error of any class must not take the other providers with it.
    private static <P> Extension<P> check(
            P provider,
            Supplier<String> nameOf,
            Supplier<? extends Class<? extends Record>> configType,
            Supplier<String> summary,
            String version,
            Source source)
            throws PluginRejection {
        try {
            String name = nameOf.get();
            if (name == null
                    || name.length() > LONGEST_NAME
                    || !NAME.matcher(name).matches()) {
                throw new PluginRejection(
                        "it calls a provider '" + name + "'",
                        "a name has lower-case letters, digits and single hyphens, at most " + LONGEST_NAME);
            }
            Objects.requireNonNull(summary.get(), "the summary is null");
            List<SettingDescription> settings = Settings.describe(configType.get());
            if (settings.stream().anyMatch(setting -> setting.key().equals(NAME_KEY))) {
                throw new PluginRejection(
                        "the configuration of '" + name + "' has a key 'name', which is what chooses the provider",
                        "call the record's component something else");
            }
            return new Extension<>(provider, name, version, source, settings);
        } catch (PluginRejection e) {
            throw e;
        } catch (Throwable e) {
            PluginFaults.rethrowIfFatal(e);
            throw new PluginRejection(
                    "a provider does not answer: " + Services.describe(e), "report this to the author of the jar");
        }
    }
}
