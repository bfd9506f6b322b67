package dev.mneme.runtime.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which jars may be loaded.
 *
 * @param digests of those; null if all may be
 */
record TrustList(@Nullable DigestList digests) {
    /**
     * The list of the options' folder, if the options or the folder's settings ask for it.
     *
     * @throws dev.mneme.error.MnemeException if the list or the settings are wrong or cannot be read
     */
    static TrustList of(PluginOptions options) {
        Path directory = options.directory();
        boolean isAsked = options.trustedOnly() || options.settings().trustedOnly();
        return new TrustList(
                directory == null || !isAsked ? null : DigestList.read(directory.resolve(DigestList.TRUSTED)));
    }

    /** Refuses a jar whose digest is not listed. Anything but a file is left to others to judge. */
    void check(Path jar) throws PluginRejection {
        if (digests == null || !Files.isRegularFile(jar)) {
            return;
        }
        try {
            String name = jar.getFileName().toString();
            check(name, FileDigest.of(jar), "look at where it comes from; 'mneme plugins trust " + name + "' adds it");
        } catch (IOException e) {
            throw JarCheck.unreadable(e);
        }
    }

    /** Refuses a digest that is not listed, with what to do about it. */
    void check(String name, String digest, String remedy) throws PluginRejection {
        if (digests == null || digests.contains(digest)) {
            return;
        }
        String listed = digests.digest(name);
        if (listed == null) {
            throw new PluginRejection(
                    "only trusted plugins are loaded, and its SHA-256 " + digest + " is not in " + DigestList.TRUSTED,
                    remedy);
        }
        throw new PluginRejection(
                "only trusted plugins are loaded, and it was altered: " + DigestList.TRUSTED + " has SHA-256 " + listed
                        + ", the file has " + digest,
                remedy);
    }
}
