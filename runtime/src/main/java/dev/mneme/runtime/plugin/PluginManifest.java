package dev.mneme.runtime.plugin;

import dev.mneme.memory.SpiVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.pf4j.DefaultVersionManager;
import org.pf4j.ManifestPluginDescriptorFinder;

/**
 * What a plugin's jar says of itself.
 *
 * @param id unique among the plugins of a folder
 * @param version the plugin's own
 * @param requires range of {@link SpiVersion}s it was built for; null if it does not say
 */
record PluginManifest(String id, String version, @Nullable String requires) {
    /** Shown on terminals and used as an argument, hence no blanks and control characters. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,127}");

    private static final String MANIFEST_REMEDY =
            "the jar's manifest needs Plugin-Id and Plugin-Version, see the guide to writing a plugin";
    private static final String WORD_REMEDY = "use letters, digits, '.', '_', '+' and '-', at most 128";

    /** The manifest of a dropped-in jar, without judging the range. */
    static PluginManifest of(JarFile jar) throws PluginRejection, IOException {
        Attributes attributes = attributes(jar);
        return new PluginManifest(
                word(attributes, ManifestPluginDescriptorFinder.PLUGIN_ID),
                word(attributes, ManifestPluginDescriptorFinder.PLUGIN_VERSION),
                attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_REQUIRES));
    }

    /** Refuses what cannot work here. */
    static void check(JarFile jar) throws PluginRejection, IOException {
        Attributes attributes = attributes(jar);
        String dependencies = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_DEPENDENCIES);
        if (dependencies != null && !dependencies.isBlank()) {
            throw new PluginRejection(
                    "its manifest asks for the plugins " + dependencies + ", but plugins do not see each other",
                    "bundle what it needs in the jar and leave Plugin-Dependencies out");
        }
        checkRequires(attributes);
    }

    /**
     * The version of a class-path jar: its plugin version, else its implementation version.
     *
     * @return null if it says neither
     * @throws PluginRejection if it was built for other versions of the SPI
     */
    static @Nullable String versionOnClassPath(Path jar) throws PluginRejection {
        try (JarFile file = new JarFile(jar.toFile())) {
            Attributes attributes = attributes(file);
            checkRequires(attributes);
            String version = attributes.getValue(ManifestPluginDescriptorFinder.PLUGIN_VERSION);
            return version != null ? version : attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION);
        } catch (IOException e) {
            throw JarCheck.unreadable(e);
        }
    }

    private static Attributes attributes(JarFile jar) throws IOException {
        Manifest manifest = jar.getManifest();
        return manifest == null ? new Attributes() : manifest.getMainAttributes();
    }

    private static String word(Attributes attributes, String key) throws PluginRejection {
        String value = attributes.getValue(key);
        if (value == null || value.isBlank()) {
            throw new PluginRejection("its manifest has no " + key, MANIFEST_REMEDY);
        }
        if (!WORD.matcher(value.trim()).matches()) {
            throw new PluginRejection(
                    "its " + key + " '" + value.replaceAll("\\p{Cntrl}", "?") + "' is not a plain word", WORD_REMEDY);
        }
        return value.trim();
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
