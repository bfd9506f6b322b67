package dev.mneme.runtime.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Looks a dropped-in jar over without running anything of it: that it is whole (the JVM compares no checksums when it
 * loads classes), that no entry has a name that leads out of a folder or occurs twice, and that its manifest fits.
 */
final class JarCheck {
    private static final Pattern DRIVE = Pattern.compile("^[A-Za-z]:.*");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final String COPY_AGAIN = "it may be cut short; copy or build it again";
    private static final String BUILD_AGAIN = "do not use it; build it with the jar tool, or get it elsewhere";

    private JarCheck() {}

    /** What the jar says of itself. */
    static PluginManifest check(Path path) throws PluginRejection {
        if (!Files.isRegularFile(path)) {
            throw new PluginRejection("it is not a file", "put the plugin's .jar itself there");
        }
        try (JarFile jar = new JarFile(path.toFile())) {
            checkNames(jar);
            checkContent(jar);
            PluginManifest manifest = PluginManifest.of(jar);
            PluginManifest.check(jar);
            return manifest;
        } catch (IOException | IllegalArgumentException | SecurityException e) {
            // The library tells some damage by these: names that are not UTF-8, content that a signature denies.
            throw unreadable(e);
        }
    }

    static PluginRejection unreadable(Exception e) {
        return new PluginRejection("it cannot be read as a jar: " + e.getMessage(), COPY_AGAIN);
    }

    private static void checkNames(JarFile jar) throws PluginRejection {
        Set<String> seen = new HashSet<>();
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            String name = entries.nextElement().getName();
            if (leadsOut(name)) {
                throw new PluginRejection(
                        "its entry '" + CONTROL.matcher(name).replaceAll("?")
                                + "' has a name that leads out of a folder",
                        BUILD_AGAIN);
            }
            if (!seen.add(name)) {
                throw new PluginRejection("its entry '" + name + "' is there twice", BUILD_AGAIN);
            }
        }
    }

    private static boolean leadsOut(String name) {
        if (name.startsWith("/")
                || name.indexOf('\\') >= 0
                || DRIVE.matcher(name).matches()
                || CONTROL.matcher(name).find()) {
            return true;
        }
        for (String part : name.split("/", -1)) {
            if (part.equals("..") || part.equals(".")) {
                return true;
            }
        }
        return false;
    }

    private static void checkContent(JarFile jar) throws IOException, PluginRejection {
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
            JarEntry entry = entries.nextElement();
            if (entry.isDirectory()) {
                continue;
            }
            CRC32 crc = new CRC32();
            long bytes;
            try (InputStream content = new CheckedInputStream(jar.getInputStream(entry), crc)) {
                bytes = content.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                throw damaged(entry, String.valueOf(e.getMessage()));
            }
            if (crc.getValue() != entry.getCrc() || bytes != entry.getSize()) {
                throw damaged(entry, "its checksum does not match");
            }
        }
    }

    private static PluginRejection damaged(JarEntry entry, String how) {
        return new PluginRejection("its entry '" + entry.getName() + "' is damaged: " + how, COPY_AGAIN);
    }
}
