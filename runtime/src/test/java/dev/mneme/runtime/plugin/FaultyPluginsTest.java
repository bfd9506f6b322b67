package dev.mneme.runtime.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.internal.ServiceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Plugins whose code throws or hangs: each fails alone, with its own name, beside one that works. */
final class FaultyPluginsTest {
    /** Plugins here never look at it. */
    private static final MechanismContext NO_CONTEXT = new MechanismContext(null, null, null);

    @TempDir
    Path plugins;

    @BeforeEach
    void addOneThatWorks() throws IOException {
        TestJar.plugin("good").memory("good.Good", "good").write(plugins, "good.jar");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "throw new IllegalStateException(\"boom\");|IllegalStateException: boom",
                "throw new AssertionError(\"boom\");|AssertionError: boom",
                "throw new Error(\"boom\");|Error: boom",
                "throw new NoClassDefFoundError(\"boom\");|NoClassDefFoundError: boom",
                "recurse();|StackOverflowError",
            })
    void whateverAConstructorThrowsRejectsThisJarAlone(String statement, String words) throws IOException {
        write("bad", "public Bad() { %s }".formatted(statement), "return null;");

        assertThat(onlyRejection("bad.jar").reason())
                .isEqualTo("dev.mneme.memory.MemoryProvider: Provider bad.Bad could not be instantiated: " + words);
    }

    @Test
    void staticInitialiserThatThrows() throws IOException {
        write("bad", "static { if (true) throw new IllegalStateException(\"boom\"); }", "return null;");

        assertThat(onlyRejection("bad.jar").reason())
                .contains("bad.Bad could not be instantiated", "ExceptionInInitializerError", "boom");
    }

    @Test
    void defaultsOfTheConfigurationThatThrow() throws IOException {
        TestJar.plugin("bad")
                .source(
                        "bad.Bad",
                        source("", "return null;")
                                .replace("return new Config(4);", "throw new AssertionError(\"no\");"))
                .service(MemoryProvider.class, "bad.Bad")
                .write(plugins, "bad.jar");

        assertThat(onlyRejection("bad.jar").reason())
                .startsWith("a provider does not answer: ")
                .endsWith("AssertionError: no");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"static { if (true) sleep(); }", "public Bad() { sleep(); }", "{ while (!interrupted()) {} }"})
    void whatHangsWhileLoadingIsGivenUp(String member) throws IOException {
        write("bad", member, "return null;");

        Rejected rejected = onlyRejection("bad.jar");
        assertThat(rejected.reason())
                .startsWith("it hangs: loading it did not end within 0.5 s, last seen in bad.Bad.")
                .contains("(Bad.java:")
                .doesNotContain("interrupt,");
        assertThat(rejected.remedy()).contains("--plugin-timeout", "load_timeout_seconds");
        assertNoThreadOf("bad");
    }

    @Test
    void threadThatIgnoresItsInterruptIsReportedAndKeepsNothingElseFromWorking() throws Exception {
        write("bad", "public Bad() { while (System.getProperty(\"bad.release\") == null) {} }", "return null;");
        try {
            assertThat(onlyRejection("bad.jar").reason()).endsWith("its thread does not answer to an interrupt");
        } finally {
            System.setProperty("bad.release", "now");
            for (Thread thread : threadsOf("bad")) {
                thread.join(10_000);
            }
            System.clearProperty("bad.release");
        }
        assertNoThreadOf("bad");
    }

    @Test
    void pluginClassThatHangsWhileItStopsLetsTheHostClose() throws IOException {
        Path jar = TestJar.plugin("sticky")
                .manifest("Plugin-Class", "sticky.StickyPlugin")
                .source("sticky.StickyPlugin", """
                        package sticky;
                        public class StickyPlugin extends org.pf4j.Plugin {
                            @Override public void stop() {
                                try { Thread.sleep(60_000); } catch (InterruptedException e) { return; }
                            }
                        }
                        """)
                .memory("sticky.Sticky", "sticky")
                .write(plugins, "sticky.jar");

        PluginHost host = open();
        assertThat(host.memories().names()).contains("sticky");
        host.close();

        OpenFiles.assertNoneOf(jar);
        assertNoThreadOf("sticky");
    }

    @Test
    void timeoutOfTheFolderHoldsWhereNoOtherIsGiven() throws IOException {
        Files.writeString(plugins.resolve("settings.properties"), "load_timeout_seconds = 1\n");
        write("bad", "public Bad() { sleep(); }", "return null;");

        try (PluginHost host = PluginHost.open(plugins, ServiceFiles.over())) {
            assertThat(host.rejected())
                    .singleElement()
                    .extracting(Rejected::reason)
                    .asString()
                    .contains("within 1 s");
        }
    }

    @Test
    void wrongSettingsOfTheFolderAreAllNamed() throws IOException {
        Path file =
                Files.writeString(plugins.resolve("settings.properties"), "load_timeout_seconds = 0\ntrusted = yes\n");

        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining(file + ".load_timeout_seconds: expected a value in 1..3600, got 0")
                .hasMessageContaining(file + ".trusted: no such key");
    }

    @Test
    void creationThatThrowsNamesThePlugin() throws IOException {
        write("bad", "", "throw new Error(\"boom\");");

        try (PluginHost host = open()) {
            assertThatThrownBy(() -> host.memories().require("bad").create(Map.of(), NO_CONTEXT))
                    .isInstanceOf(MnemeException.class)
                    .hasMessage("PLUGIN_MISBEHAVED: plugin bad 1.2.3 (bad.jar), creating its mechanism: Error: boom;"
                            + " report this to its author");
            assertThat(host.memories().require("good").provider().name()).isEqualTo("good");
        }
    }

    @Test
    void mechanismThatIsIncompleteNamesThePlugin() throws IOException {
        write("bad", "", "return new Roles(null, null, null, null);");

        try (PluginHost host = open()) {
            assertThatThrownBy(() -> host.memories().require("bad").create(Map.of(), NO_CONTEXT))
                    .hasMessageContaining("plugin bad 1.2.3 (bad.jar), creating its mechanism")
                    .hasMessageContaining("the memory of the mechanism is null");
        }
    }

    @Test
    void settingsThatDoNotGoTogetherAreTheUsersBusiness() throws IOException {
        write(
                "bad",
                "",
                "throw new dev.mneme.error.MnemeException(dev.mneme.error.ErrorCode.CONFIG_INVALID, \"slots: odd\");");

        try (PluginHost host = open()) {
            assertThatThrownBy(() -> host.memories().require("bad").create(Map.of(), NO_CONTEXT))
                    .hasMessage("CONFIG_INVALID: slots: odd");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "throw new IllegalStateException(\"boom\");|PLUGIN_MISBEHAVED: plugin bad 1.2.3 (bad.jar), running a segment:"
                        + " IllegalStateException: boom; report this to its author",
                "return recurse();|PLUGIN_MISBEHAVED: plugin bad 1.2.3 (bad.jar), running a segment: StackOverflowError;"
                        + " report this to its author",
                "throw new dev.mneme.error.MnemeException(dev.mneme.error.ErrorCode.SHAPE_MISMATCH, \"matmul\");|"
                        + "SHAPE_MISMATCH: plugin bad 1.2.3 (bad.jar), running a segment: matmul",
            })
    void stepThatThrowsNamesThePlugin(String statement, String message) throws IOException {
        write("bad", "", withStep(statement));

        try (PluginHost host = open();
                Mechanism mechanism = host.memories().require("bad").create(Map.of(), NO_CONTEXT)) {
            assertThatThrownBy(() -> step(mechanism)).hasMessage(message);
        }
    }

    @Test
    void controllerIsFedItsOwnStreamsInItsOwnSurroundings() throws IOException {
        write("bad", "", withController("return null;", "return new Own();", """
                            final class Own implements SegmentStream {
                                public dev.mneme.tensor.Tensor feed(dev.mneme.tensor.Tensor tokens) { return null; }
                                public MemoryState finish() { throw new IllegalStateException("unfinished"); }
                                public void close() {}
                            }
                            public dev.mneme.tensor.Tensor feed(
                                    java.util.List<SegmentStream> streams, dev.mneme.tensor.Tensor tokens) {
                                throw new IllegalStateException("own " + (streams.get(0) instanceof Own)
                                        + (Thread.currentThread().getContextClassLoader() == getClass().getClassLoader()));
                            }
                """));

        try (PluginHost host = open();
                Mechanism mechanism = host.memories().require("bad").create(Map.of(), NO_CONTEXT);
                SegmentStream stream =
                        mechanism.controller().stream(new Segment(null, null, null), null, Pass.evaluation())) {
            assertThatThrownBy(() -> mechanism.controller().feed(List.of(stream), null))
                    .hasMessage("PLUGIN_MISBEHAVED: plugin bad 1.2.3 (bad.jar), running a piece of a segment:"
                            + " IllegalStateException: own truetrue; report this to its author");
            assertThatThrownBy(stream::finish)
                    .hasMessageContaining("ending a segment")
                    .hasMessageContaining("unfinished");
        }
    }

    @Test
    void memoryThatRunsOutIsNotBlamedOnThePlugin() throws IOException {
        write("bad", "", withStep("throw new OutOfMemoryError(\"heap\");"));

        try (PluginHost host = open();
                Mechanism mechanism = host.memories().require("bad").create(Map.of(), NO_CONTEXT)) {
            assertThatThrownBy(() -> step(mechanism))
                    .isExactlyInstanceOf(OutOfMemoryError.class)
                    .hasMessage("heap");
        }
    }

    @Test
    void memoryThatRunsOutWhileLoadingIsNotBlamedOnThePlugin() throws IOException {
        write("bad", "public Bad() { throw new OutOfMemoryError(\"heap\"); }", "return null;");

        assertThatThrownBy(this::open).isExactlyInstanceOf(OutOfMemoryError.class);
        OpenFiles.assertNoneOf(plugins.resolve("bad.jar"));
        OpenFiles.assertNoneOf(plugins.resolve("good.jar"));
    }

    private static void step(Mechanism mechanism) {
        mechanism.controller().step(new Segment(null, null, null), null, Pass.evaluation());
    }

    /** A mechanism whose step is one statement. */
    private static String withStep(String statement) {
        return withController(statement, "return null;", "");
    }

    private static String withController(String step, String stream, String members) {
        return """
                return new Roles(
                    new Memory() {
                        public StateSchema schema() { return null; }
                        public MemoryState initialState(long batch) { return null; }
                    },
                    (request, state, pass) -> Reading.NOTHING,
                    (trace, state, pass) -> Written.of(state),
                    (reader, writer) -> new Controller() {
                        public StepResult step(Segment segment, MemoryState state, dev.mneme.nn.Pass pass) { %s }
                        public SegmentStream stream(Segment opening, MemoryState state, dev.mneme.nn.Pass pass) {
                            %s
                        }
                        %s
                    });
                """.formatted(step, stream, members);
    }

    private void write(String id, String members, String create) throws IOException {
        TestJar.plugin(id)
                .source("bad.Bad", source(members, create))
                .service(MemoryProvider.class, "bad.Bad")
                .write(plugins, id + ".jar");
    }

    private static String source(String members, String create) {
        return TestJar.memorySource("bad.Bad", "bad", "s", create).replace("public String name", members + """

                            static StepResult recurse() { return recurse(); }
                            static boolean interrupted() { return Thread.currentThread().isInterrupted(); }
                            static void sleep() {
                                try { Thread.sleep(60_000); } catch (InterruptedException e) { return; }
                            }
                            public String name""");
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
        return PluginHost.open(PluginOptions.of(plugins).withLoadTimeout(Duration.ofMillis(500)), ServiceFiles.over());
    }

    private static List<Thread> threadsOf(String plugin) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("mneme-plugin-" + plugin))
                .toList();
    }

    private static void assertNoThreadOf(String plugin) {
        assertThat(threadsOf(plugin)).isEmpty();
    }
}
