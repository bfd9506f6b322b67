package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.internal.ServiceFiles;
import dev.mneme.task.TaskProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every jar here stands beside one that works: it must be reported by name, and the other must load. */
final class RejectedPluginsTest {
    @TempDir
    Path plugins;

    @BeforeEach
    void addOneThatWorks() throws IOException {
        TestJar.plugin("good").memory("good.Good", "good").write(plugins, "good.jar");
    }

    @Test
    void truncatedJar() throws IOException {
        Path whole = TestJar.plugin("cut").memory("cut.Cut", "cut").write(plugins, "cut.jar");
        byte[] bytes = Files.readAllBytes(whole);
        Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));

        assertThat(onlyRejection("cut.jar").reason()).contains("cannot be read as a jar");
    }

    @Test
    void fileThatIsNoJar() throws IOException {
        Files.writeString(plugins.resolve("text.jar"), "hello");

        assertThat(onlyRejection("text.jar").reason()).contains("cannot be read as a jar");
    }

    @Test
    void zipFile() throws IOException {
        Files.writeString(plugins.resolve("packed.zip"), "hello");

        assertThat(onlyRejection("packed.zip").remedy()).contains(".jar");
    }

    @Test
    void manifestWithoutId() throws IOException {
        TestJar.bare().memory("anon.Anon", "anon").write(plugins, "anon.jar");

        Rejected rejected = onlyRejection("anon.jar");
        assertThat(rejected.reason()).contains("no Plugin-Id");
        assertThat(rejected.remedy()).contains("Plugin-Id").contains("Plugin-Version");
    }

    @Test
    void manifestWithoutVersion() throws IOException {
        TestJar.bare().manifest("Plugin-Id", "old").memory("old.Old", "old").write(plugins, "old.jar");

        assertThat(onlyRejection("old.jar").reason()).contains("no Plugin-Version");
    }

    @Test
    void jarBuiltForAnotherSpiNamesBothVersions() throws IOException {
        TestJar.plugin("late")
                .manifest("Plugin-Requires", ">=0.9.0 & <1.0.0")
                .memory("late.Late", "late")
                .write(plugins, "late.jar");

        assertThat(onlyRejection("late.jar").reason())
                .contains(">=0.9.0 & <1.0.0")
                .contains("0.1.0");
    }

    @Test
    void requiredRangeThatIsNoRange() throws IOException {
        TestJar.plugin("odd")
                .manifest("Plugin-Requires", "whatever you have")
                .memory("odd.Odd", "odd")
                .write(plugins, "odd.jar");

        Rejected rejected = onlyRejection("odd.jar");
        assertThat(rejected.reason()).contains("'whatever you have'");
        assertThat(rejected.remedy()).contains(">=0.1.0");
    }

    @Test
    void pluginThatNeedsAnother() throws IOException {
        TestJar.plugin("needy")
                .manifest("Plugin-Dependencies", "good")
                .memory("needy.Needy", "needy")
                .write(plugins, "needy.jar");

        assertThat(onlyRejection("needy.jar").reason()).contains("plugins good");
    }

    @Test
    void missingServicesFile() throws IOException {
        TestJar.plugin("mute")
                .source("mute.Mute", TestJar.memorySource("mute.Mute", "mute", "s", "return null;"))
                .write(plugins, "mute.jar");

        Rejected rejected = onlyRejection("mute.jar");
        assertThat(rejected.reason()).contains("no services file");
        assertThat(rejected.remedy()).contains("META-INF/services/dev.mneme.memory.MemoryProvider");
    }

    @Test
    void classNotFound() throws IOException {
        TestJar.plugin("gone").service(MemoryProvider.class, "gone.Gone").write(plugins, "gone.jar");

        assertThat(onlyRejection("gone.jar").reason()).contains("gone.Gone").contains("not found");
    }

    @Test
    void classCompiledForALaterJava() throws IOException {
        TestJar.plugin("newer")
                .memory("newer.Newer", "newer")
                .classVersion(0x0fff)
                .write(plugins, "newer.jar");

        Rejected rejected = onlyRejection("newer.jar");
        assertThat(rejected.reason()).contains("UnsupportedClassVersionError");
        assertThat(rejected.remedy()).contains("compiled for this Java");
    }

    @Test
    void constructorThatThrows() throws IOException {
        String source = TestJar.memorySource("bang.Bang", "bang", "s", "return null;")
                .replace(
                        "public String name",
                        "public Bang() { throw new IllegalStateException(\"no luck\"); }\n" + "public String name");
        TestJar.plugin("bang")
                .source("bang.Bang", source)
                .service(MemoryProvider.class, "bang.Bang")
                .write(plugins, "bang.jar");

        assertThat(onlyRejection("bang.jar").reason()).contains("bang.Bang").contains("no luck");
    }

    @Test
    void serviceThatIsOfAnotherType() throws IOException {
        TestJar.plugin("alien")
                .source("alien.Alien", "package alien; public class Alien {}")
                .service(MemoryProvider.class, "alien.Alien")
                .write(plugins, "alien.jar");

        assertThat(onlyRejection("alien.jar").reason()).contains("alien.Alien").contains("not a subtype");
    }

    @Test
    void missingLibrary() throws IOException {
        TestJar lib = TestJar.plugin("thin")
                .source("lib.Lib", "package lib; public class Lib { public static String say() { return \"hi\"; } }")
                .source(
                        "thin.Thin",
                        TestJar.memorySourceWithSummary("thin.Thin", "thin", "lib.Lib.say()", "return null;"))
                .service(MemoryProvider.class, "thin.Thin");
        lib.write(plugins, "thin.jar");
        TestJar.withoutEntry(plugins.resolve("thin.jar"), "lib/Lib.class");

        assertThat(onlyRejection("thin.jar").reason()).contains("lib/Lib");
    }

    @Test
    void oneBrokenProviderRejectsTheWholeJar() throws IOException {
        TestJar.plugin("half")
                .source("half.Half", TestJar.memorySource("half.Half", "half", "s", "return null;"))
                .service(MemoryProvider.class, "half.Half", "half.Missing")
                .write(plugins, "half.jar");

        assertThat(onlyRejection("half.jar").reason()).contains("half.Missing");
    }

    @Test
    void nameOutsideTheAlphabet() throws IOException {
        TestJar.plugin("shout").memory("shout.Shout", "Shout_1").write(plugins, "shout.jar");

        Rejected rejected = onlyRejection("shout.jar");
        assertThat(rejected.reason()).contains("'Shout_1'");
        assertThat(rejected.remedy()).contains("lower-case letters, digits and single hyphens");
    }

    @Test
    void configurationWithoutSettings() throws IOException {
        String source = TestJar.memorySource("plain.Plain", "plain", "s", "return null;")
                .replace("@Setting(value = \"rows that are kept\", min = 1, max = 64) ", "");
        TestJar.plugin("plain")
                .source("plain.Plain", source)
                .service(MemoryProvider.class, "plain.Plain")
                .write(plugins, "plain.jar");

        assertThat(onlyRejection("plain.jar").reason()).contains("slots").contains("@Setting");
    }

    @Test
    void configurationWithAKeyCalledName() throws IOException {
        String source = TestJar.memorySource("named.Named", "named", "s", "return null;")
                .replace("int slots", "int name");
        TestJar.plugin("named")
                .source("named.Named", source)
                .service(MemoryProvider.class, "named.Named")
                .write(plugins, "named.jar");

        assertThat(onlyRejection("named.jar").reason()).contains("key 'name'");
    }

    @Test
    void pluginClassThatDoesNotStart() throws IOException {
        TestJar.plugin("stuck")
                .manifest("Plugin-Class", "stuck.StuckPlugin")
                .source("stuck.StuckPlugin", """
                        package stuck;
                        public class StuckPlugin extends org.pf4j.Plugin {
                            @Override public void start() { throw new IllegalStateException("not today"); }
                        }
                        """)
                .memory("stuck.Stuck", "stuck")
                .write(plugins, "stuck.jar");

        assertThat(onlyRejection("stuck.jar").reason())
                .contains("did not start")
                .contains("not today");
    }

    @Test
    void pluginClassThatIsNotThere() throws IOException {
        TestJar.plugin("lost")
                .manifest("Plugin-Class", "lost.Nowhere")
                .memory("lost.Lost", "lost")
                .write(plugins, "lost.jar");

        assertThat(onlyRejection("lost.jar").reason()).contains("lost.Nowhere");
    }

    @Test
    void twoJarsWithOneId() throws IOException {
        TestJar.plugin("twin").memory("a.A", "first").write(plugins, "a.jar");
        TestJar.plugin("twin").memory("b.B", "second").write(plugins, "b.jar");

        try (PluginHost host = open()) {
            assertThat(host.memories().names()).containsExactlyInAnyOrder("none", "good");
            assertThat(reasons(host).get("a.jar")).contains("'twin'").contains("b.jar");
            assertThat(reasons(host).get("b.jar")).contains("'twin'").contains("a.jar");
        }
    }

    @Test
    void twoJarsWithOneMemoryNameAreBothRejected() throws IOException {
        TestJar.plugin("a").memory("a.A", "same").write(plugins, "a.jar");
        TestJar.plugin("b").memory("b.B", "same").write(plugins, "b.jar");

        try (PluginHost host = open()) {
            assertThat(host.memories().names()).containsExactlyInAnyOrder("none", "good");
            assertThat(reasons(host).get("a.jar")).contains("'same'").contains("b.jar");
            assertThat(reasons(host).get("b.jar")).contains("'same'").contains("a.jar");
            assertThatThrownBy(() -> host.memories().require("same"))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_REJECTED))
                    .hasMessageContaining("a.jar")
                    .hasMessageContaining("b.jar");
        }
    }

    @Test
    void memoryThatTakesTheBuiltInName() throws IOException {
        TestJar.plugin("void").memory("nothing.Nothing", "none").write(plugins, "void.jar");

        assertThat(onlyRejection("void.jar").reason()).contains("'none'").contains("built-in");
    }

    @Test
    void twoProvidersOfOneNameInOneJar() throws IOException {
        TestJar.plugin("echo")
                .source("echo.A", TestJar.memorySource("echo.A", "echo", "s", "return null;"))
                .source("echo.B", TestJar.memorySource("echo.B", "echo", "s", "return null;"))
                .service(MemoryProvider.class, "echo.A", "echo.B")
                .write(plugins, "echo.jar");

        assertThat(onlyRejection("echo.jar").reason()).contains("two").contains("'echo'");
    }

    @Test
    void brokenTaskIsNamedToo() throws IOException {
        TestJar.plugin("chore").service(TaskProvider.class, "chore.Chore").write(plugins, "chore.jar");

        assertThat(onlyRejection("chore.jar").reason()).contains("chore.Chore");
    }

    @Test
    void unknownNameTellsWhatWasRejected() throws IOException {
        TestJar.plugin("gone").service(MemoryProvider.class, "gone.Gone").write(plugins, "gone.jar");

        try (PluginHost host = open()) {
            assertThatThrownBy(() -> host.memories().require("goood"))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN))
                    .hasMessageContaining("did you mean 'good'?")
                    .hasMessageContaining("gone.jar: ");
        }
    }

    @Test
    void folderThatCannotBeListedIsAnError() {
        assertThatThrownBy(() -> PluginHost.open(plugins.resolve("good.jar"), ServiceFiles.over()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED))
                .hasMessageContaining("good.jar");
    }

    private Rejected onlyRejection(String jar) throws IOException {
        try (PluginHost host = open()) {
            assertThat(host.memories().names()).containsExactlyInAnyOrder("none", "good");
            assertThat(host.rejected()).extracting(Rejected::jar).containsExactly(jar);
            OpenFiles.assertNoneOf(plugins.resolve(jar));
            return host.rejected().get(0);
        }
    }

    private PluginHost open() throws IOException {
        return PluginHost.open(plugins, ServiceFiles.over());
    }

    private static Map<String, String> reasons(PluginHost host) {
        return host.rejected().stream().collect(Collectors.toMap(Rejected::jar, Rejected::reason));
    }
}
