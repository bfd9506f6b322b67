package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.internal.Services;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The jars of a plugin folder.
 *
 * @param loaded those that work; whoever asked closes them
 * @param refused the others
 */
record PluginJars(List<PluginJar> loaded, List<Rejected> refused) {
    /**
     * Loads what works. Without running anything of it, what is broken, does not fit or has the id of another is left
     * out; the rest is loaded one after the other.
     *
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) if the folder cannot be listed
     */
    static PluginJars load(Path directory, TrustList trust, LoadPlace place) {
        List<PluginJar> loaded = new ArrayList<>();
        List<Rejected> refused = new ArrayList<>();
        Map<Path, PluginManifest> manifests = new TreeMap<>();
        for (Path path : candidates(directory, refused)) {
            try {
                // First, so that a jar nobody vouches for cannot take an id from one that is trusted.
                trust.check(path);
                manifests.put(path, JarCheck.check(path));
            } catch (PluginRejection e) {
                refused.add(e.of(path.getFileName().toString()));
            }
        }
        Map<String, List<Path>> byId = manifests.keySet().stream()
                .collect(Collectors.groupingBy(path -> manifests.get(path).id(), TreeMap::new, Collectors.toList()));
        byId.forEach((id, claims) -> {
            for (Path path : claims) {
                try {
                    checkOnlyClaim(id, path, claims);
                    loaded.add(PluginJar.load(path, manifests.get(path), place));
                } catch (PluginRejection e) {
                    refused.add(e.of(path.getFileName().toString()));
                }
            }
        });
        return new PluginJars(loaded, refused);
    }

    private static List<Path> candidates(Path directory, List<Rejected> refused) {
        List<Path> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(file) || name.endsWith(".zip")) {
                    refused.add(new Rejected(
                            file.getFileName().toString(),
                            "it is not a jar",
                            "put the plugin's .jar itself into " + directory));
                } else if (name.endsWith(".jar")) {
                    jars.add(file);
                }
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot list the plugin folder " + directory + ": " + Services.describe(e)
                            + "; give a folder that can be read",
                    e);
        }
        return jars;
    }

    private static void checkOnlyClaim(String id, Path path, List<Path> claims) throws PluginRejection {
        if (claims.size() > 1) {
            String others = claims.stream()
                    .filter(claim -> !claim.equals(path))
                    .map(claim -> claim.getFileName().toString())
                    .collect(Collectors.joining(" and "));
            throw new PluginRejection(
                    "its Plugin-Id '" + id + "' is also that of " + others, "remove all but one of these jars");
        }
    }
}
