package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.config.SettingDescription;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Writer;
import dev.mneme.runtime.internal.ServiceFiles;
import dev.mneme.task.Task;
import dev.mneme.task.TaskProvider;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pf4j.PluginClassLoader;

final class PluginHostTest {
    /** Plugins here never look at it. */
    private static final MechanismContext NO_CONTEXT = new MechanismContext(null, null, null);

    @TempDir
    Path plugins;

    @TempDir
    Path elsewhere;

    @Test
    void dropInJarIsListedWithVersionSourceAndSettings() throws IOException {
        TestJar.plugin("slots").memory("slots.Slots", "slots").write(plugins, "slots-1.2.3.jar");

        try (PluginHost host = open()) {
            MemoryEntry entry = host.memories().require("slots");
            assertThat(entry.version()).isEqualTo("1.2.3");
            assertThat(entry.source()).isEqualTo("plugin, slots-1.2.3.jar");
            assertThat(entry.settings()).extracting(SettingDescription::key).containsExactly("slots");
            assertThat(entry.configure(Map.of("slots", "8")).toString()).isEqualTo("Config[slots=8]");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void sameJarWorksOnTheClassPath() throws IOException {
        Path jar = TestJar.plugin("slots").memory("slots.Slots", "slots").write(elsewhere, "slots.jar");

        try (URLClassLoader classPath = ServiceFiles.over(jar);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            MemoryEntry entry = host.memories().require("slots");
            assertThat(entry.version()).isEqualTo("1.2.3");
            assertThat(entry.source()).isEqualTo("class path, slots.jar");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void classPathWinsOverTheSameNameInThePluginFolder() throws IOException {
        Path jar = TestJar.plugin("slots").memory("slots.Slots", "slots").write(elsewhere, "slots.jar");
        Files.copy(jar, plugins.resolve("again.jar"));

        try (URLClassLoader classPath = ServiceFiles.over(jar);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            assertThat(host.memories().require("slots").source()).isEqualTo("class path, slots.jar");
            assertThat(host.rejected()).singleElement().satisfies(rejected -> {
                assertThat(rejected.jar()).isEqualTo("again.jar");
                assertThat(rejected.reason()).contains("'slots'").contains("slots.jar on the class path");
            });
        }
    }

    @Test
    void classPathProvidersOfOneNameAreBothRejected() throws IOException {
        Path a = TestJar.plugin("a").memory("a.A", "same").write(elsewhere, "a.jar");
        Path b = TestJar.plugin("b").memory("b.B", "same").write(elsewhere, "b.jar");

        try (URLClassLoader classPath = ServiceFiles.over(a, b);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            assertThat(host.memories().names()).containsExactly("none");
            assertThat(host.rejected())
                    .extracting(Rejected::jar)
                    .containsExactlyInAnyOrder("a.jar (a.A)", "b.jar (b.B)");
        }
    }

    @Test
    void brokenClassPathProviderKeepsNoOtherFromLoading() throws IOException {
        Path broken = TestJar.plugin("gone")
                .service(MemoryProvider.class, "gone.Gone")
                .write(elsewhere, "gone.jar");
        Path late = TestJar.plugin("late")
                .manifest("Plugin-Requires", ">=0.9.0")
                .memory("late.Late", "late")
                .write(elsewhere, "late.jar");
        Path good = TestJar.plugin("good").memory("good.Good", "good").write(elsewhere, "good.jar");

        try (URLClassLoader classPath = ServiceFiles.over(broken, late, good);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            assertThat(host.memories().names()).containsExactlyInAnyOrder("none", "good");
            assertThat(host.rejected())
                    .extracting(Rejected::reason)
                    .anyMatch(reason -> reason.contains("gone.Gone"))
                    .anyMatch(reason -> reason.contains(">=0.9.0") && reason.contains("0.1.0"));
        }
    }

    @Test
    void providersOfTheHostShowUpOnceOnly() throws IOException {
        Path onClassPath = TestJar.plugin("host").memory("host.Host", "host").write(elsewhere, "host.jar");
        TestJar.plugin("slots").memory("slots.Slots", "slots").write(plugins, "slots.jar");

        try (URLClassLoader classPath = ServiceFiles.over(onClassPath);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            assertThat(host.memories().all()).extracting(MemoryEntry::name).containsExactly("host", "none", "slots");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void pluginUsesItsOwnVersionOfALibrary() throws IOException {
        Path library = TestJar.bare().source("lib.Lib", library("host")).write(elsewhere, "lib.jar");
        TestJar.plugin("own")
                .source("lib.Lib", library("plugin"))
                .source("own.Own", TestJar.memorySourceWithSummary("own.Own", "own", "lib.Lib.NAME()", "return null;"))
                .service(MemoryProvider.class, "own.Own")
                .write(plugins, "own.jar");

        try (URLClassLoader classPath = ServiceFiles.over(library);
                PluginHost host = PluginHost.open(plugins, classPath)) {
            assertThat(host.memories().require("own").provider().description().summary())
                    .isEqualTo("plugin");
        }
    }

    @Test
    void bundledCopyOfCoreApiLosesAgainstTheHosts() throws IOException {
        TestJar.plugin("fat")
                .copyOf(TestJar.locationOf(MemoryProvider.class))
                .memory("fat.Fat", "fat")
                .write(plugins, "fat.jar");

        try (PluginHost host = open()) {
            assertThat(host.rejected()).isEmpty();
            Class<?> config = host.memories().require("fat").provider().configType();
            assertThat(config.getClassLoader()).isInstanceOf(PluginClassLoader.class);
            assertThat(config.getEnclosingClass().getInterfaces()).containsExactly(MemoryProvider.class);
        }
    }

    @Test
    void pluginSeesTheJdkAndSharedPackagesOnly() throws IOException {
        String probe = """
                package probe;
                public class Probe {
                    public static String visible() {
                        StringBuilder seen = new StringBuilder();
                        for (String name : new String[] {
                            "java.sql.Connection", "org.slf4j.Logger", "org.pf4j.Plugin", "dev.mneme.tensor.Tensor",
                            "com.google.inject.Guice", "dev.mneme.runtime.Mneme", "com.fasterxml.jackson.core.JsonParser",
                            "org.junit.jupiter.api.Test"
                        }) {
                            try {
                                Class.forName(name, false, Probe.class.getClassLoader());
                                seen.append(name).append(' ');
                            } catch (ClassNotFoundException e) {
                                continue;
                            }
                        }
                        return seen.toString().trim();
                    }
                }
                """;
        TestJar.plugin("probe")
                .source("probe.Probe", probe)
                .source(
                        "probe.P",
                        TestJar.memorySourceWithSummary("probe.P", "probe", "Probe.visible()", "return null;"))
                .service(MemoryProvider.class, "probe.P")
                .write(plugins, "probe.jar");

        try (PluginHost host = open()) {
            assertThat(host.memories().require("probe").provider().description().summary())
                    .isEqualTo("java.sql.Connection org.slf4j.Logger org.pf4j.Plugin dev.mneme.tensor.Tensor");
        }
    }

    @Test
    void servicesFilesOfOtherLibrariesAreLeftAlone() throws IOException {
        TestJar.plugin("noisy")
                .memory("noisy.Noisy", "noisy")
                .entry("META-INF/services/ch.qos.logback.classic.spi.Configurator", "not.There")
                .entry("META-INF/services/org.pf4j.ExtensionPoint", "not.There")
                .entry("META-INF/extensions.idx", "not.There")
                .write(plugins, "noisy.jar");

        try (PluginHost host = open()) {
            assertThat(host.memories().names()).contains("noisy");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void pluginWithoutARangeOfVersionsIsTakenToFit() throws IOException {
        TestJar.bare()
                .manifest("Plugin-Id", "easy")
                .manifest("Plugin-Version", "7")
                .memory("easy.Easy", "easy")
                .write(plugins, "easy.jar");

        try (PluginHost host = open()) {
            assertThat(host.memories().require("easy").version()).isEqualTo("7");
        }
    }

    @Test
    void pluginClassStartsAndStops() throws IOException {
        TestJar.plugin("live")
                .manifest("Plugin-Class", "live.LivePlugin")
                .source("live.LivePlugin", """
                        package live;
                        public class LivePlugin extends org.pf4j.Plugin {
                            @Override public void start() { System.setProperty("live.plugin", "started"); }
                            @Override public void stop() { System.setProperty("live.plugin", "stopped"); }
                        }
                        """)
                .memory("live.Live", "live")
                .write(plugins, "live.jar");
        try {
            PluginHost host = open();
            assertThat(System.getProperty("live.plugin")).isEqualTo("started");
            host.close();
            assertThat(System.getProperty("live.plugin")).isEqualTo("stopped");
        } finally {
            System.clearProperty("live.plugin");
        }
    }

    @Test
    void contextClassLoaderIsThePluginsWhileItsCodeRuns() throws IOException {
        String create = "throw new IllegalStateException(String.valueOf("
                + "Thread.currentThread().getContextClassLoader() == getClass().getClassLoader()));";
        TestJar.plugin("ctx")
                .source("ctx.Ctx", TestJar.memorySource("ctx.Ctx", "ctx", "s", create))
                .service(MemoryProvider.class, "ctx.Ctx")
                .write(plugins, "ctx.jar");
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        try (PluginHost host = open()) {
            MemoryEntry entry = host.memories().require("ctx");
            assertThatThrownBy(() -> entry.create(Map.of(), NO_CONTEXT))
                    .hasMessage("PLUGIN_MISBEHAVED: plugin ctx 1.2.3 (ctx.jar), creating its mechanism:"
                            + " IllegalStateException: true; report this to its author");
        }
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void classThatDoesNotLinkLaterIsAnErrorThatNamesTheJar() throws IOException {
        TestJar.plugin("thin")
                .source("lib.Lib", library("gone"))
                .source("thin.Thin", TestJar.memorySource("thin.Thin", "thin", "s", "lib.Lib.NAME(); return null;"))
                .service(MemoryProvider.class, "thin.Thin")
                .write(plugins, "thin.jar");
        TestJar.withoutEntry(plugins.resolve("thin.jar"), "lib/Lib.class");

        try (PluginHost host = open()) {
            assertThatThrownBy(() -> host.memories().require("thin").create(Map.of(), NO_CONTEXT))
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PLUGIN_MISBEHAVED))
                    .hasMessageContaining("thin.jar")
                    .hasMessageContaining("lib/Lib");
        }
    }

    @Test
    void tasksComeFromPluginsToo() throws IOException {
        TestJar.plugin("chores")
                .source("chores.Chore", """
                        package chores;
                        import dev.mneme.config.Setting;
                        import dev.mneme.task.*;
                        public class Chore implements TaskProvider<Chore.Config> {
                            public record Config(@Setting(value = "symbols", min = 1, max = 9) int length) {
                                public static Config defaults() { return new Config(3); }
                            }
                            public String name() { return "chore"; }
                            public String summary() { return "wash up"; }
                            public Class<Config> configType() { return Config.class; }
                            public Task create(Config config, TaskContext context) {
                                throw new IllegalStateException("length " + config.length());
                            }
                        }
                        """)
                .service(TaskProvider.class, "chores.Chore")
                .write(plugins, "chores.jar");

        try (PluginHost host = open()) {
            TaskEntry task = host.tasks().require("chore");
            assertThat(task.source()).isEqualTo("plugin, chores.jar");
            assertThatThrownBy(() -> task.create(Map.of("length", 5), null))
                    .hasMessageContaining("plugin chores 1.2.3 (chores.jar)")
                    .hasMessageContaining("length 5");
            assertThatThrownBy(() -> task.create(Map.of("length", 50), null)).hasMessageContaining("task.length");
        }
    }

    @Test
    void closingReleasesTheJars() throws IOException {
        Path jar = TestJar.plugin("slots").memory("slots.Slots", "slots").write(plugins, "slots.jar");
        PluginHost host = open();
        var loader = (PluginClassLoader)
                host.memories().require("slots").provider().configType().getClassLoader();
        OpenFiles.assertHas(jar);

        host.close();

        assertThat(loader.isClosed()).isTrue();
        OpenFiles.assertNoneOf(jar);
    }

    @Test
    void absentFolderIsAnEmptyOne() throws IOException {
        try (PluginHost host = PluginHost.open(plugins.resolve("nowhere"), ServiceFiles.over())) {
            assertThat(host.memories().names()).containsExactly("none");
            assertThat(host.rejected()).isEmpty();
        }
    }

    @Test
    void sharedPackagesAreThoseOfCoreApi() throws IOException {
        Path coreApi = TestJar.locationOf(MemoryProvider.class);
        Set<String> packages;
        if (Files.isDirectory(coreApi)) {
            packages = packagesBelow(coreApi);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(coreApi)) {
                packages = packagesBelow(jar.getPath("/"));
            }
        }
        assertThat(new TreeSet<>(SharedPackages.CORE_API)).isEqualTo(packages);
    }

    @Test
    void wrappersForwardEveryMethodOfTheSpi() {
        assertForwards(IsolatedMemoryProvider.class, MemoryProvider.class);
        assertForwards(IsolatedTaskProvider.class, TaskProvider.class);
        assertForwards(IsolatedMemory.class, Memory.class);
        assertForwards(IsolatedReader.class, Reader.class);
        assertForwards(IsolatedWriter.class, Writer.class);
        assertForwards(IsolatedController.class, Controller.class);
        assertForwards(IsolatedTask.class, Task.class);
    }

    private static void assertForwards(Class<?> wrapper, Class<?> spi) {
        assertThat(Stream.of(wrapper.getDeclaredMethods()).map(Method::getName))
                .containsAll(Stream.of(spi.getMethods()).map(Method::getName).collect(Collectors.toSet()));
    }

    private static Set<String> packagesBelow(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .map(file -> root.relativize(file.getParent()).toString().replace('/', '.'))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String library(String name) {
        return "package lib; public class Lib { public static String NAME() { return \"" + name + "\"; } }";
    }

    private PluginHost open() throws IOException {
        return PluginHost.open(plugins, ServiceFiles.over());
    }
}
