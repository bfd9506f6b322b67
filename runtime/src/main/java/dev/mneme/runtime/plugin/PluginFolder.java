package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes and inspects a folder of plugin jars. Whoever changes it holds its lock; every change is one rename, so that
 * another process that loads plugins meanwhile sees the folder before or after it.
 *
 * <p>A plugin is called by its {@code Plugin-Id} or by its file name, with or without {@code .jar}.
 */
public final class PluginFolder {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,200}\\.jar");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path directory;
    private final PluginOptions options;
    private final ClassLoader classPath;

    PluginFolder(PluginOptions options, ClassLoader classPath) {
        Path folder = options.directory();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "plugins: " + (folder == null ? "no folder is given" : "there is no folder " + folder)
                            + "; name the folder of the plugin jars");
        }
        this.directory = folder;
        this.options = options;
        this.classPath = classPath;
    }

    /**
     * The folder of these options.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) if they name none, or one that is not there
     */
    public static PluginFolder of(PluginOptions options) {
        return new PluginFolder(options, PluginFolder.class.getClassLoader());
    }

    /**
     * Installs a copy of a jar under the same file name: checks it in a staging folder, loads it once to learn its
     * names, records its digest and renames it into place.
     *
     * @param jar anywhere
     * @param sha256 what its digest must be, 64 hexadecimal digits; null for whatever it is
     * @param trust whether to list it in {@code trusted.sha256}
     * @throws MnemeException ({@code PLUGIN_REJECTED}) with the reason if it is not wanted, then the folder is as it was;
     *     ({@code PLUGIN_BUSY}); ({@code FILE_FAILED}); ({@code CONFIG_INVALID}) for a digest or file name that is none
     */
    public InstalledPlugin install(Path jar, @Nullable String sha256, boolean trust) {
        String name = jar.getFileName().toString();
        String wanted = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
        if (!FILE_NAME.matcher(name).matches()) {
            throw invalid(
                    "'" + name + "' is no name of a plugin's file: expected letters, digits, '.', '_', '+' and '-',"
                            + " ending in .jar");
        }
        if (wanted != null && !SHA256.matcher(wanted).matches()) {
            throw invalid("sha256 '" + sha256 + "': expected 64 hexadecimal digits");
        }
        if (!Files.isRegularFile(jar)) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "there is no file " + jar + " to install");
        }
        try (FolderLock lock = FolderLock.take(directory);
                StagedJar staged = StagedJar.copy(jar, directory, name)) {
            return install(staged, name, wanted, trust);
        } catch (PluginRejection e) {
            throw new MnemeException(ErrorCode.PLUGIN_REJECTED, "not installed, " + e.of(name), e);
        }
    }

    private InstalledPlugin install(StagedJar staged, String name, @Nullable String wanted, boolean trust)
            throws PluginRejection {
        String digest = staged.digest();
        if (wanted != null && !wanted.equals(digest)) {
            throw new PluginRejection(
                    "its SHA-256 is " + digest + ", expected " + wanted, "get it again from where the digest is from");
        }
        if (!trust) {
            TrustList.of(options).check(name, digest, "look at where it comes from, then install it with --trust");
        }
        List<JarInFolder> others = JarInFolder.all(directory);
        for (JarInFolder other : others) {
            if (other.file().equals(name)) {
                throw new PluginRejection(
                        "a file of this name is there already",
                        "for another build of it, first 'mneme plugins remove " + name + "'");
            }
        }
        Admission.Admitted admitted = new Admission(options, classPath).check(staged.jar(), others);
        if (trust) {
            list(DigestList.TRUSTED).with(name, digest).write();
        }
        // Before the jar itself: an install that dies here leaves a record without a jar, never a jar without a record.
        list(DigestList.INSTALLED).with(name, digest).write();
        staged.moveTo(directory.resolve(name));
        PluginManifest manifest = admitted.manifest();
        return new InstalledPlugin(
                name,
                InstalledPlugin.State.LOADED,
                manifest.id(),
                manifest.version(),
                manifest.requires(),
                admitted.memories(),
                admitted.tasks(),
                digest,
                list(DigestList.TRUSTED).contains(digest),
                null);
    }

    /**
     * Every jar, and what becomes of it; loads the plugins to see. Things in the folder that are no jars are listed as
     * rejected too.
     */
    public List<InstalledPlugin> list() {
        DigestList trusted = list(DigestList.TRUSTED);
        Map<String, InstalledPlugin> plugins = new TreeMap<>();
        try (PluginHost host = PluginHost.open(options, classPath)) {
            Map<String, PluginJar> loaded =
                    host.jars().stream().collect(Collectors.toMap(PluginJar::fileName, jar -> jar));
            Map<String, Rejected> rejected = host.rejectedJars().stream()
                    .collect(Collectors.toMap(Rejected::jar, one -> one, (first, second) -> first));
            for (JarInFolder jar : JarInFolder.all(directory)) {
                String key = jar.path().getFileName().toString();
                plugins.put(key, describe(jar, loaded.get(key), rejected.get(key), trusted));
            }
            rejected.forEach((file, why) -> plugins.putIfAbsent(file, notAJar(file, why)));
        }
        return List.copyOf(plugins.values());
    }

    /** Compares every jar with the digest recorded when it was installed; runs nothing of them. */
    public List<Verification> verify() {
        DigestList recorded = list(DigestList.INSTALLED);
        List<JarInFolder> jars = JarInFolder.all(directory);
        List<Verification> verifications = new ArrayList<>();
        Set<String> missing = new TreeSet<>(recorded.names());
        for (JarInFolder jar : jars) {
            missing.remove(jar.file());
            String expected = recorded.digest(jar.file());
            String found = jar.digest();
            Verification.Finding finding = expected == null
                    ? Verification.Finding.UNRECORDED
                    : expected.equals(found) ? Verification.Finding.INTACT : Verification.Finding.ALTERED;
            verifications.add(new Verification(jar.file(), finding, expected, found));
        }
        missing.forEach(file ->
                verifications.add(new Verification(file, Verification.Finding.MISSING, recorded.digest(file), null)));
        return verifications;
    }

    /**
     * Switches a plugin off by the ending of its file's name.
     *
     * @return its file name without that ending
     * @throws MnemeException ({@code NAME_UNKNOWN}, {@code CONFIG_INVALID}) if none or several are called so
     */
    public String disable(String name) {
        try (FolderLock lock = FolderLock.take(directory)) {
            JarInFolder jar = require(name);
            if (!jar.disabled()) {
                checkFree(jar.disabledPath());
                StagedJar.move(jar.path(), jar.disabledPath());
            }
            return jar.file();
        }
    }

    /**
     * Switches a plugin on again, if it works and nothing took its names meanwhile.
     *
     * @return its file name
     * @throws MnemeException as {@link #disable}; ({@code PLUGIN_REJECTED}) with the reason
     */
    public String enable(String name) {
        try (FolderLock lock = FolderLock.take(directory)) {
            JarInFolder jar = require(name);
            if (jar.disabled()) {
                checkFree(jar.enabledPath());
                List<JarInFolder> others = JarInFolder.all(directory).stream()
                        .filter(other -> !other.path().equals(jar.path()) && !other.disabled())
                        .toList();
                // A copy, because PF4J takes nothing for a jar that is not called so.
                try (StagedJar copy = StagedJar.copy(jar.path(), directory, jar.file())) {
                    TrustList.of(options).check(copy.jar());
                    new Admission(options, classPath).check(copy.jar(), others);
                }
                StagedJar.move(jar.path(), jar.enabledPath());
            }
            return jar.file();
        } catch (PluginRejection e) {
            throw new MnemeException(ErrorCode.PLUGIN_REJECTED, "not enabled, " + e.of(name), e);
        }
    }

    /**
     * Deletes a plugin's jar, then its lines in the lists.
     *
     * @return its file name
     * @throws MnemeException as {@link #disable}
     */
    public String remove(String name) {
        try (FolderLock lock = FolderLock.take(directory)) {
            DigestList recorded = list(DigestList.INSTALLED);
            List<JarInFolder> jars = JarInFolder.all(directory);
            boolean isGone = jars.stream().noneMatch(jar -> jar.isCalled(name))
                    && recorded.names().contains(name);
            String file = isGone ? name : require(name).file();
            if (!isGone) {
                delete(require(name).path());
            }
            forget(DigestList.INSTALLED, file);
            forget(DigestList.TRUSTED, file);
            return file;
        }
    }

    /**
     * Lists the digest of a jar as it is now in {@code trusted.sha256}.
     *
     * @return its file name and digest
     * @throws MnemeException as {@link #disable}
     */
    public Verification trust(String name) {
        try (FolderLock lock = FolderLock.take(directory)) {
            JarInFolder jar = require(name);
            String digest = jar.digest();
            String before = list(DigestList.TRUSTED).digest(jar.file());
            list(DigestList.TRUSTED).with(jar.file(), digest).write();
            return new Verification(jar.file(), Verification.Finding.INTACT, before, digest);
        }
    }

    /** File names of all jars, switched off or not. */
    public List<String> files() {
        return JarInFolder.all(directory).stream().map(JarInFolder::file).toList();
    }

    /** Whether only trusted jars are loaded. */
    public boolean isTrustedOnly() {
        return options.trustedOnly() || options.settings().trustedOnly();
    }

    private JarInFolder require(String name) {
        List<JarInFolder> jars = JarInFolder.all(directory);
        List<JarInFolder> meant =
                jars.stream().filter(jar -> jar.isCalled(name)).toList();
        if (meant.size() > 1) {
            throw invalid("plugin '" + name + "' is in "
                    + meant.stream()
                            .map(jar -> jar.path().getFileName().toString())
                            .collect(Collectors.joining(" and "))
                    + "; name the file");
        }
        if (meant.isEmpty()) {
            Set<String> names = new TreeSet<>();
            jars.forEach(jar -> names.add(jar.id() == null ? jar.file() : jar.id()));
            throw new MnemeException(
                    ErrorCode.NAME_UNKNOWN,
                    "plugin '" + name + "': there is no such jar in " + directory + "; "
                            + NearestName.hint(name, names));
        }
        return meant.get(0);
    }

    private static InstalledPlugin describe(
            JarInFolder jar, @Nullable PluginJar loaded, @Nullable Rejected rejected, DigestList trusted) {
        PluginManifest manifest = jar.manifest();
        String digest = jar.digest();
        InstalledPlugin.State state = jar.disabled()
                ? InstalledPlugin.State.DISABLED
                : loaded == null ? InstalledPlugin.State.REJECTED : InstalledPlugin.State.LOADED;
        return new InstalledPlugin(
                jar.file(),
                state,
                manifest == null ? null : manifest.id(),
                manifest == null ? null : manifest.version(),
                manifest == null ? null : manifest.requires(),
                loaded == null
                        ? List.of()
                        : loaded.memories().stream()
                                .map(Extension::name)
                                .sorted()
                                .toList(),
                loaded == null
                        ? List.of()
                        : loaded.tasks().stream().map(Extension::name).sorted().toList(),
                digest,
                trusted.contains(digest),
                rejected == null ? null : rejected.reason() + "; " + rejected.remedy());
    }

    private static InstalledPlugin notAJar(String file, Rejected why) {
        return new InstalledPlugin(
                file,
                InstalledPlugin.State.REJECTED,
                null,
                null,
                null,
                List.of(),
                List.of(),
                null,
                false,
                why.reason() + "; " + why.remedy());
    }

    private DigestList list(String name) {
        return DigestList.read(directory.resolve(name));
    }

    private void forget(String list, String file) {
        DigestList digests = list(list);
        if (digests.names().contains(file)) {
            digests.without(file).write();
        }
    }

    private static void checkFree(Path target) {
        if (Files.exists(target)) {
            throw new MnemeException(ErrorCode.FILE_FAILED, target + " is there already; remove one of the two");
        }
    }

    private static void delete(Path jar) {
        try {
            Files.delete(jar);
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot delete " + jar + ": " + e + ". Check that the folder is writable",
                    e);
        }
    }

    private static MnemeException invalid(String message) {
        return new MnemeException(ErrorCode.CONFIG_INVALID, message);
    }
}
