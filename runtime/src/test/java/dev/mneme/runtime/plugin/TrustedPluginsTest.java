package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import dev.mneme.runtime.internal.ServiceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With an allow-list a jar that is not on it, or is no longer what was put on it, is not loaded. */
final class TrustedPluginsTest {
    private static final String REMEDY = "look at where it comes from; 'mneme plugins trust %s' adds it";

    @TempDir
    Path plugins;

    @TempDir
    Path elsewhere;

    private Path good;
    private String digest;

    @BeforeEach
    void putOneThere() throws IOException {
        good = TestJar.plugin("good").memory("good.Good", "good").write(plugins, "good.jar");
        digest = FileDigest.of(good);
    }

    @Test
    void withoutTheOptionAListChangesNothing() throws IOException {
        Files.createFile(plugins.resolve("trusted.sha256"));

        try (PluginHost host = PluginHost.open(plugins, ServiceFiles.over())) {
            assertThat(host.memories().names()).contains("good");
        }
    }

    @Test
    void unlistedJarIsNotLoaded() throws IOException {
        assertOnlyRejection("good.jar: only trusted plugins are loaded, and its SHA-256 " + digest
                + " is not in trusted.sha256; " + REMEDY.formatted("good.jar"));
    }

    @Test
    void listedJarIsLoadedByItsDigestWhateverItIsCalled() throws IOException {
        Files.writeString(
                plugins.resolve("trusted.sha256"),
                "# looked at on Monday\n\n" + digest.toUpperCase(java.util.Locale.ROOT) + " *./plugins/renamed.jar\n");

        try (PluginHost host = trusted()) {
            assertThat(host.memories().names()).contains("good");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void alteredJarIsNotLoadedAndBothDigestsAreTold() throws IOException {
        folder().trust("good");
        TestJar.plugin("good").memory("good.Other", "good").write(plugins, "good.jar");

        assertOnlyRejection("good.jar: only trusted plugins are loaded, and it was altered: trusted.sha256 has SHA-256 "
                + digest + ", the file has " + FileDigest.of(good) + "; " + REMEDY.formatted("good.jar"));
    }

    @Test
    void jarThatTakesTheIdOfATrustedOneCannotPushItOut() throws IOException {
        folder().trust("good");
        TestJar.plugin("good").memory("evil.Evil", "good").write(plugins, "aaa.jar");

        try (PluginHost host = trusted()) {
            assertThat(host.memories().require("good").source()).isEqualTo("plugin, good.jar");
            assertThat(host.rejected()).extracting(Rejected::jar).containsExactly("aaa.jar");
        }
    }

    @Test
    void settingOfTheFolderHoldsForEveryoneWhoLoads() throws IOException {
        Files.writeString(plugins.resolve("settings.properties"), "trusted_only = true\n");

        try (Mneme mneme = Mneme.open(MnemeOptions.defaults().withPluginDirectory(plugins))) {
            assertThat(mneme.memories().names()).doesNotContain("good");
            assertThat(mneme.rejected()).extracting(Rejected::jar).contains("good.jar");
        }
        folder().trust("good");
        try (Mneme mneme = Mneme.open(MnemeOptions.defaults().withPluginDirectory(plugins))) {
            assertThat(mneme.memories().names()).contains("good");
        }
    }

    @Test
    void programsAskForItWithAnOption() {
        MnemeOptions options =
                MnemeOptions.defaults().withPlugins(PluginOptions.of(plugins).withTrustedOnly(true));

        try (Mneme mneme = Mneme.open(options)) {
            assertThat(mneme.memories().names()).doesNotContain("good");
        }
    }

    @Test
    void lineThatIsNoneIsAnErrorAndNotAnEmptyList() throws IOException {
        Path list = Files.writeString(plugins.resolve("trusted.sha256"), digest + "  good.jar\nabc good.jar\n");

        assertThatThrownBy(this::trusted)
                .hasMessage(
                        "CONFIG_INVALID: " + list + ", line 2: expected 64 hexadecimal digits, two blanks and a file"
                                + " name, as sha256sum prints them");
    }

    @Test
    void trustKeepsWhatPeopleWroteIntoTheList() throws IOException {
        Path list = Files.writeString(plugins.resolve("trusted.sha256"), "# ours\n");

        folder().trust("good");

        assertThat(list).hasContent("# ours\n" + digest + "  good.jar\n");
    }

    @Test
    void installRunsNothingOfAnUnlistedJarUnlessItIsTrustedExplicitly() throws IOException {
        folder().trust("good");
        Path loud = TestJar.plugin("loud")
                .manifest("Plugin-Class", "loud.LoudPlugin")
                .source("loud.LoudPlugin", """
                        package loud;
                        public class LoudPlugin extends org.pf4j.Plugin {
                            @Override public void start() { System.setProperty("loud.plugin", "ran"); }
                        }
                        """)
                .memory("loud.Loud", "loud")
                .write(elsewhere, "loud.jar");
        try {
            assertThatThrownBy(() -> folder().install(loud, null, false))
                    .hasMessage("PLUGIN_REJECTED: not installed, loud.jar: only trusted plugins are loaded, and its"
                            + " SHA-256 " + FileDigest.of(loud) + " is not in trusted.sha256; look at where it comes"
                            + " from, then install it with --trust");
            assertThat(System.getProperty("loud.plugin")).isNull();
            assertThat(folder().install(loud, null, true).trusted()).isTrue();
        } finally {
            System.clearProperty("loud.plugin");
        }
        assertThat(folder().list()).extracting(InstalledPlugin::state).containsOnly(InstalledPlugin.State.LOADED);
    }

    private void assertOnlyRejection(String text) throws IOException {
        try (PluginHost host = trusted()) {
            assertThat(host.memories().names()).containsExactly("none");
            assertThat(host.rejected()).extracting(Rejected::toString).containsExactly(text);
        }
    }

    private PluginHost trusted() throws IOException {
        return PluginHost.open(options(), ServiceFiles.over());
    }

    private PluginFolder folder() throws IOException {
        return new PluginFolder(options(), ServiceFiles.over());
    }

    private PluginOptions options() {
        return PluginOptions.of(plugins).withTrustedOnly(true);
    }
}
