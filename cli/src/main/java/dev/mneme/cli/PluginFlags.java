package dev.mneme.cli;

import dev.mneme.runtime.plugin.PluginFolder;
import dev.mneme.runtime.plugin.PluginOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which dropped-in plugins are loaded. */
final class PluginFlags {
    /** Folder of the distribution, set by its launcher. */
    private static final String HOME = "mneme.home";

    private static final int LONGEST_TIMEOUT = 3600;

    @Option(
            names = "--plugins",
            paramLabel = "DIR",
            description = "Folder of plugin jars (default: plugins/ of the distribution).")
    @Nullable Path directory;

    @Option(
            names = "--trusted-only",
            description = "Load only plugins whose SHA-256 is in trusted.sha256 of the folder.")
    boolean trustedOnly;

    @Option(
            names = "--plugin-timeout",
            paramLabel = "SECONDS",
            description = "How long one plugin may take to load, 1 to 3600 (default: 10, or as the folder's "
                    + "settings.properties has it).")
    @Nullable Integer timeout;

    /** The options as the runtime takes them. */
    PluginOptions resolve() {
        if (timeout != null && (timeout < 1 || timeout > LONGEST_TIMEOUT)) {
            throw Failures.invalid("--plugin-timeout " + timeout + ": expected 1 to " + LONGEST_TIMEOUT + " seconds");
        }
        return PluginOptions.of(folder())
                .withTrustedOnly(trustedOnly)
                .withLoadTimeout(timeout == null ? null : Duration.ofSeconds(timeout));
    }

    /** The folder itself, for commands that look after it. */
    PluginFolder open() {
        PluginOptions options = resolve();
        if (options.directory() == null) {
            throw Failures.invalid("plugins: there is no folder of plugins; name one with --plugins DIR");
        }
        return PluginFolder.of(options);
    }

    /** The options as they would be written again. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (directory != null) {
            arguments.addAll(List.of("--plugins", directory.toString()));
        }
        if (trustedOnly) {
            arguments.add("--trusted-only");
        }
        if (timeout != null) {
            arguments.addAll(List.of("--plugin-timeout", timeout.toString()));
        }
        return arguments;
    }

    private @Nullable Path folder() {
        if (directory != null) {
            if (!Files.isDirectory(directory)) {
                throw Failures.invalid("--plugins " + directory + ": there is no such folder");
            }
            return directory;
        }
        String home = System.getProperty(HOME);
        return home == null ? null : Path.of(home, "plugins");
    }
}
