package dev.mneme.runtime.plugin;

import dev.mneme.memory.SpiVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ManifestPluginDescriptorFinder;

/**
 * What a plugin's jar says of itself.
 *
 * @param id unique among the plugins of a folder
 * @param version the plugin's own
 */
record PluginManifest(String id, String version) {
    private static final String MANIFEST_REMEDY =
            "the jar's manifest needs Plugin-Id and Plugin-Version, see the guide to writing a plugin";

    /** Reads and checks the manifest of a dropped-in jar. */
    static PluginManifest read(Path jar) throws PluginRejection {
        Attributes attributes = attributes(jar);
        String id = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_ID);
        if (id == null || id.isBlank()) {
            throw new PluginRejection("its manifest has no Plugin-Id", MANIFEST_REMEDY);
        }
        String version = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_VERSION);
        if (version == null || version.isBlank()) {
            throw new PluginRejection("its manifest has no Plugin-Version", MANIFEST_REMEDY);
        }
        String dependencies = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_DEPENDENCIES);
        if (dependencies != null && !dependencies.isBlank()) {
            throw new PluginRejection(
                    "its manifest asks for the plugins " + dependencies + ", but plugins do not see each other",
                    "bundle what it needs in the jar and leave Plugin-Dependencies out");
        }
        checkRequires(attributes);
        return new PluginManifest(id.trim(), version.trim());
    }

    /**
     * The version of a class-path jar: its plugin version, else its implementation version.
     *
     * @return null if it says neither
     * @throws PluginRejection if it was built for other versions of the SPI
     */
    static @Nullable String versionOnClassPath(Path jar) throws PluginRejection {
        Attributes attributes = attributes(jar);
        checkRequires(attributes);
        String version = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_VERSION);
        return version != null ? version : attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
    }

    private static Attributes attributes(Path jar) throws PluginRejection {
        try (JarFile file = new JarFile(jar.toFile())) {
            Manifest manifest = file.getManifest();
            return manifest == null ? new Attributes() : manifest.getMainAttributes();
        } catch (IOException e) {
            throw new PluginRejection(
                    "it cannot be read as a jar: " + e.getMessage(), "it may be cut short; copy or build it again");
        }
    }

    private static void checkRequires(Attributes attributes) throws PluginRejection {
        String requires = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_REQUIRES);
        if (requires == null || requires.isBlank()) {
            return;
        }
        // As in PF4J, a bare version means that version or a later one.
        String range = requires.trim().matches("\\d+\\.\\d+\\.\\d+") ? ">=" + requires.trim() : requires.trim();
        boolean fits;
        try {
            fits = new DefaultVersionManager().checkVersionConstraint(SpiVersion.CURRENT, range);
        } catch (RuntimeException e) {
            throw new PluginRejection(
                    String.format(Locale.ROOT, "its Plugin-Requires '%s' is not a range of versions", requires),
                    "write it like '>=0.1.0 & <0.2.0'");
        }
        if (!fits) {
            throw new PluginRejection(
                    String.format(
                            Locale.ROOT,
                            "it was built for version %s of the plugin interfaces, this is version %s",
                            requires,
                            SpiVersion.CURRENT),
                    "get a release of it for version " + SpiVersion.CURRENT + ", or use the Mneme it was built for");
        }
    }
}
