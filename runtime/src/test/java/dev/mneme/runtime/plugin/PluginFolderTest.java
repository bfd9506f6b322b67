package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.internal.ServiceFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PluginFolderTest {
    private static final String WRONG_DIGEST = "0".repeat(64);

    @TempDir
    Path plugins;

    @TempDir
    Path elsewhere;

    private Path slots;

    @BeforeEach
    void buildAJar() throws IOException {
        slots = TestJar.plugin("slots").memory("slots.Slots", "slots").write(elsewhere, "slots-1.2.3.jar");
    }

    @Test
    void installedJarIsTheOneThatWasGivenAndIsListedWithAllThereIsToKnow() throws IOException {
        InstalledPlugin installed = folder().install(slots, FileDigest.of(slots), false);

        assertThat(plugins.resolve("slots-1.2.3.jar")).hasSameBinaryContentAs(slots);
        assertThat(Files.readString(plugins.resolve("installed.sha256")))
                .isEqualTo(FileDigest.of(slots) + "  slots-1.2.3.jar\n");
        assertThat(folder().list())
                .containsExactly(installed)
                .containsExactly(new InstalledPlugin(
                        "slots-1.2.3.jar",
                        InstalledPlugin.State.LOADED,
                        "slots",
                        "1.2.3",
                        ">=0.1.0 & <0.2.0",
                        List.of("slots"),
                        List.of(),
                        FileDigest.of(slots),
                        false,
                        null));
        assertNothingStaged();
    }

    @Test
    void otherDigestThanExpectedIsRefused() throws IOException {
        assertRejected(
                () -> folder().install(slots, WRONG_DIGEST, false),
                "PLUGIN_REJECTED: not installed, slots-1.2.3.jar: its SHA-256 is " + FileDigest.of(slots)
                        + ", expected " + WRONG_DIGEST + "; get it again from where the digest is from");
    }

    @Test
    void digestThatIsNoneIsBadUsage() {
        assertThatThrownBy(() -> folder().install(slots, "abc", false))
                .hasMessage("CONFIG_INVALID: sha256 'abc': expected 64 hexadecimal digits");
    }

    @Test
    void secondJarOfOneIdIsRefusedNamingBoth() throws IOException {
        Path second = TestJar.plugin("slots").memory("b.B", "other").write(elsewhere, "slots-2.0.jar");
        folder().install(slots, null, false);

        assertRejected(
                () -> folder().install(second, null, false),
                "PLUGIN_REJECTED: not installed, slots-2.0.jar: its Plugin-Id 'slots' is also that of slots-1.2.3.jar;"
                        + " for another version of it, first 'mneme plugins remove slots-1.2.3.jar'");
        folder().disable("slots");
        assertRejected(
                () -> folder().install(second, null, false),
                "PLUGIN_REJECTED: not installed, slots-2.0.jar: its Plugin-Id 'slots' is also that of slots-1.2.3.jar;"
                        + " for another version of it, first 'mneme plugins remove slots-1.2.3.jar'");
    }

    @Test
    void secondJarOfOneMechanismIsRefusedNamingBoth() throws IOException {
        Path second = TestJar.plugin("b").memory("b.B", "slots").write(elsewhere, "b.jar");
        folder().install(slots, null, false);

        assertRejected(
                () -> folder().install(second, null, false),
                "PLUGIN_REJECTED: not installed, b.jar: its memory 'slots' is also the name of one that is there"
                        + " (plugin, slots-1.2.3.jar); rename it, or remove the other");
    }

    @Test
    void builtInNamesAreTaken() throws IOException {
        Path nothing = TestJar.plugin("void").memory("v.V", "none").write(elsewhere, "void.jar");

        assertRejected(
                () -> folder().install(nothing, null, false),
                "PLUGIN_REJECTED: not installed, void.jar: its memory 'none' is also the name of one that is there"
                        + " (built in); rename it, or remove the other");
    }

    @Test
    void fileThatIsThereIsNotOverwritten() throws IOException {
        folder().install(slots, null, false);

        assertRejected(
                () -> folder().install(slots, null, false),
                "PLUGIN_REJECTED: not installed, slots-1.2.3.jar: a file of this name is there already; for another build"
                        + " of it, first 'mneme plugins remove slots-1.2.3.jar'");
    }

    @Test
    void jarForAnotherSpiIsRefused() throws IOException {
        Path late = TestJar.plugin("late")
                .manifest("Plugin-Requires", ">=0.9.0")
                .memory("late.Late", "late")
                .write(elsewhere, "late.jar");

        assertRejected(
                () -> folder().install(late, null, false),
                "PLUGIN_REJECTED: not installed, late.jar: it was built for version >=0.9.0 of the plugin interfaces,"
                        + " this is version 0.1.0; get a release of it for version 0.1.0, or use the Mneme it was built"
                        + " for");
    }

    @Test
    void namesThatLeadOutAreRefused() throws IOException {
        for (String name : List.of("../evil", "a/../../evil", "/etc/evil", "a\\..\\evil", "C:evil", "a/./b", "..")) {
            Path zip = elsewhere.resolve("slip.jar");
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
                out.putNextEntry(new ZipEntry(name));
                out.write(1);
                out.closeEntry();
            }
            assertRejected(
                    () -> folder().install(zip, null, false),
                    "PLUGIN_REJECTED: not installed, slip.jar: its entry '" + name
                            + "' has a name that leads out of a folder; do not use it; build it with the jar tool, or"
                            + " get it elsewhere");
        }
    }

    @Test
    void entryThatIsThereTwiceIsRefused() throws IOException {
        Path zip = elsewhere.resolve("twice.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
            for (String name : List.of("aa", "bb")) {
                out.putNextEntry(new ZipEntry(name));
                out.closeEntry();
            }
        }
        String bytes = new String(Files.readAllBytes(zip), StandardCharsets.ISO_8859_1);
        Files.write(zip, bytes.replace("bb", "aa").getBytes(StandardCharsets.ISO_8859_1));

        assertRejected(
                () -> folder().install(zip, null, false),
                "PLUGIN_REJECTED: not installed, twice.jar: its entry 'aa' is there twice; do not use it; build it with"
                        + " the jar tool, or get it elsewhere");
    }

    @Test
    void fileNameThatIsNoneIsBadUsage() throws IOException {
        Path odd = Files.copy(slots, elsewhere.resolve("-slots.jar"));

        assertThatThrownBy(() -> folder().install(odd, null, false))
                .hasMessageContaining("CONFIG_INVALID: '-slots.jar' is no name of a plugin's file");
        assertThatThrownBy(() -> folder().install(elsewhere.resolve("gone.jar"), null, false))
                .hasMessageContaining("FILE_FAILED: there is no file");
    }

    @Test
    void verifyFindsOneAlteredByte() throws IOException {
        folder().install(slots, null, false);
        Files.copy(slots, plugins.resolve("by-hand.jar"));
        assertThat(folder().verify())
                .extracting(Verification::finding)
                .containsExactly(Verification.Finding.UNRECORDED, Verification.Finding.INTACT);
        String before = FileDigest.of(slots);

        Path installed = plugins.resolve("slots-1.2.3.jar");
        byte[] bytes = Files.readAllBytes(installed);
        bytes[bytes.length / 2] ^= 1;
        Files.write(installed, bytes);

        assertThat(folder().verify())
                .contains(new Verification(
                        "slots-1.2.3.jar", Verification.Finding.ALTERED, before, FileDigest.of(installed)));
        Files.delete(installed);
        assertThat(folder().verify())
                .contains(new Verification("slots-1.2.3.jar", Verification.Finding.MISSING, before, null));
    }

    @Test
    void disabledPluginIsKeptAndNotLoaded() throws IOException {
        folder().install(slots, null, false);

        assertThat(folder().disable("slots")).isEqualTo("slots-1.2.3.jar");

        assertThat(folder().list()).singleElement().satisfies(plugin -> {
            assertThat(plugin.state()).isEqualTo(InstalledPlugin.State.DISABLED);
            assertThat(plugin.id()).isEqualTo("slots");
            assertThat(plugin.memories()).isEmpty();
        });
        assertThat(folder().verify()).extracting(Verification::finding).containsExactly(Verification.Finding.INTACT);
        folder().enable("slots-1.2.3");
        assertThat(folder().list()).extracting(InstalledPlugin::state).containsExactly(InstalledPlugin.State.LOADED);
    }

    @Test
    void pluginWhoseNameWasTakenMeanwhileIsNotEnabled() throws IOException {
        folder().install(slots, null, false);
        folder().disable("slots");
        TestJar.plugin("b").memory("b.B", "slots").write(plugins, "b.jar");

        assertRejected(
                () -> folder().enable("slots"),
                "PLUGIN_REJECTED: not enabled, slots: its memory 'slots' is also the name of one that is there"
                        + " (plugin, b.jar); rename it, or remove the other");
    }

    @Test
    void removedPluginLeavesNothing() throws IOException {
        folder().install(slots, null, true);
        assertThat(folder().remove("slots")).isEqualTo("slots-1.2.3.jar");

        assertThat(folder().list()).isEmpty();
        assertThat(folder().verify()).isEmpty();
        assertThat(plugins.resolve("installed.sha256")).isEmptyFile();
        assertThat(plugins.resolve("trusted.sha256")).isEmptyFile();
    }

    @Test
    void recordWithoutAJarCanBeRemovedToo() throws IOException {
        folder().install(slots, null, false);
        Files.delete(plugins.resolve("slots-1.2.3.jar"));

        folder().remove("slots-1.2.3.jar");

        assertThat(folder().verify()).isEmpty();
    }

    @Test
    void unknownNameIsAnsweredWithTheNearest() throws IOException {
        folder().install(slots, null, false);

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> folder().disable("slot"),
                () -> folder().enable("slot"),
                () -> folder().remove("slot"),
                () -> folder().trust("slot"))) {
            assertThatThrownBy(call)
                    .hasMessage("NAME_UNKNOWN: plugin 'slot': there is no such jar in " + plugins
                            + "; did you mean 'slots'? Valid: slots");
        }
    }

    @Test
    void twoInstallsAtOnceOfOneNameLeaveOne() throws Exception {
        List<Path> jars = new ArrayList<>();
        for (String id : List.of("a", "b", "c")) {
            jars.add(TestJar.plugin(id).memory(id + ".M", "same").write(elsewhere, id + ".jar"));
        }
        ExecutorService threads = Executors.newFixedThreadPool(jars.size());
        try {
            List<Callable<Boolean>> installs = jars.stream()
                    .<Callable<Boolean>>map(jar -> () -> isInstalled(jar))
                    .toList();
            List<Boolean> outcomes = new ArrayList<>();
            for (Future<Boolean> outcome : threads.invokeAll(installs)) {
                outcomes.add(outcome.get());
            }
            assertThat(outcomes).containsExactlyInAnyOrder(true, false, false);
        } finally {
            threads.shutdownNow();
        }
        assertThat(folder().list())
                .singleElement()
                .satisfies(plugin -> assertThat(plugin.memories()).containsExactly("same"));
        assertNothingStaged();
    }

    @Test
    void lockThatIsHeldIsWaitedForInBoundedTime() {
        try (FolderLock held = FolderLock.take(plugins)) {
            assertThatThrownBy(() -> FolderLock.take(plugins, Duration.ofMillis(100)))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_BUSY))
                    .hasMessage("PLUGIN_BUSY: another process is changing the plugins in " + plugins
                            + "; try again when it is done");
        }
        FolderLock.take(plugins, Duration.ZERO).close();
    }

    @Test
    void leftoversOfAnInstallThatDiedAreSweptByTheNext() throws IOException {
        Path leftover = Files.createDirectory(plugins.resolve(".incoming-7"));
        Files.writeString(leftover.resolve("half.jar"), "half");

        assertThat(folder().list()).isEmpty();
        folder().install(slots, null, false);

        assertNothingStaged();
    }

    @Test
    void folderThatIsNotThereIsBadUsage() {
        assertThatThrownBy(() -> PluginFolder.of(PluginOptions.of(plugins.resolve("gone"))))
                .hasMessageStartingWith("CONFIG_INVALID: plugins: there is no folder");
        assertThatThrownBy(() -> PluginFolder.of(PluginOptions.NONE))
                .hasMessageStartingWith("CONFIG_INVALID: plugins: no folder is given");
    }

    private boolean isInstalled(Path jar) throws IOException {
        try {
            folder().install(jar, null, false);
            return true;
        } catch (MnemeException e) {
            assertThat(e).hasMessageContaining("its memory 'same' is also the name of one that is there");
            return false;
        }
    }

    /** Refused with this message, and the folder is as it was. */
    private void assertRejected(ThrowingCallable call, String message) throws IOException {
        List<Path> before = files();
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_REJECTED))
                .hasMessage(message);
        assertThat(files()).isEqualTo(before);
    }

    private void assertNothingStaged() throws IOException {
        assertThat(files()).noneMatch(file -> file.getFileName().toString().startsWith(".incoming"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(plugins)) {
            return files.filter(file -> !file.endsWith(FolderLock.FILE))
                    .sorted()
                    .toList();
        }
    }

    private PluginFolder folder() throws IOException {
        return new PluginFolder(PluginOptions.of(plugins), ServiceFiles.over());
    }
}
