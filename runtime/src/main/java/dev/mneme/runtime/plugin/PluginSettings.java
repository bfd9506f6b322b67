package dev.mneme.runtime.plugin;

import dev.mneme.config.Setting;
import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** What a plugin folder asks of everyone who loads from it, in its file {@link #FILE}. */
public record PluginSettings(
        @Setting("load only jars whose SHA-256 is in trusted.sha256")
        boolean trustedOnly,

        @Setting(value = "seconds that one plugin may take to load", min = 1, max = 3600)
        int loadTimeoutSeconds,

        @Setting("Maven repositories for 'mneme plugins install', URLs or folders, separated by blanks")
        String repositories) {

    /** Name of the file, in the plugin folder. */
    public static final String FILE = "settings.properties";

    /** Everything that works is loaded, each plugin in at most 10 seconds; no repositories. */
    public static PluginSettings defaults() {
        return new PluginSettings(false, 10, "");
    }

    /**
     * The settings of a folder.
     *
     * @return the defaults where the folder has no such file
     * @throws MnemeException ({@code CONFIG_INVALID}) listing unknown keys and values out of range; ({@code FILE_FAILED})
     *     if the file cannot be read
     */
    public static PluginSettings of(Path folder) {
        Path file = folder.resolve(FILE);
        // A folder that is none is reported by whoever lists it.
        if (!Files.isDirectory(folder) || Files.notExists(file)) {
            return defaults();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot read " + file + ": " + e + "; it has lines such as 'trusted_only = true' in UTF-8",
                    e);
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
        return Settings.bind(file.toString(), defaults(), values);
    }

    /** {@link #repositories} one by one. */
    public List<String> repositoryList() {
        return Arrays.stream(repositories.trim().split("\\s+"))
                .filter(repository -> !repository.isEmpty())
                .toList();
    }

    Duration loadTimeout() {
        return Duration.ofSeconds(loadTimeoutSeconds);
    }
}
