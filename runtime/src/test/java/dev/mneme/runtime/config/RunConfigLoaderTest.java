package dev.mneme.runtime.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.ConfigurationProblems;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.internal.ServiceFiles;
import dev.mneme.runtime.plugin.PluginHost;
import dev.mneme.runtime.plugin.PluginOptions;
import dev.mneme.runtime.train.TrainConfig;
import dev.mneme.task.TaskProvider;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunConfigLoaderTest {
    @TempDir
    Path folder;

    private URLClassLoader classPath;
    private PluginHost plugins;
    private RunConfigLoader loader;

    @BeforeEach
    void open() throws IOException {
        ServiceFiles.write(folder, MemoryProvider.class, TestProviders.Slots.class.getName());
        ServiceFiles.write(folder, TaskProvider.class, TestProviders.Reverse.class.getName());
        classPath = ServiceFiles.over(folder);
        plugins = PluginHost.open(PluginOptions.NONE, classPath);
        loader = new RunConfigLoader(plugins.memories(), plugins.tasks());
    }

    @AfterEach
    void close() throws IOException {
        plugins.close();
        classPath.close();
    }

    @Test
    void defaultsFillWhatIsNotGiven() {
        RunConfig config = loader.load(null, Map.of("task", "reverse"), List.of());

        assertThat(config)
                .isEqualTo(new RunConfig(
                        "none",
                        "reverse",
                        "auto",
                        0,
                        BackboneConfig.defaults(),
                        TrainConfig.defaults(),
                        Map.of(),
                        Map.of("length", 24),
                        List.of()));
    }

    @Test
    void yamlFileWithAllSections() throws IOException {
        RunConfig config = load("""
                memory: {name: slots, slots: 8, style: gated-write}
                task:
                  name: reverse
                  length: 12
                backend: fast
                seed: 7
                steps: 50
                model: {dim: 64, norm: post}
                train: {batch: 3, lr: 1e-2}
                """);

        assertThat(config.memory()).isEqualTo("slots");
        assertThat(config.memorySettings())
                .contains(entry("slots", 8), entry("style", "gated-write"), entry("rate", 0.5));
        assertThat(config.task()).isEqualTo("reverse");
        assertThat(config.taskSettings()).containsExactly(entry("length", 12));
        assertThat(config.backend()).isEqualTo("fast");
        assertThat(config.seed()).isEqualTo(7);
        assertThat(config.train().steps()).isEqualTo(50);
        assertThat(config.train().batch()).isEqualTo(3);
        assertThat(config.train().lr()).isEqualTo(0.01);
        assertThat(config.model().dim()).isEqualTo(64);
    }

    @Test
    void jsonFileReadsTheSame() throws IOException {
        Path json = file(
                "run.json", "{\"memory\": {\"name\": \"slots\", \"slots\": 8}, \"task\": \"reverse\", \"seed\": 7}");

        assertThat(loader.load(json, Map.of(), List.of()))
                .isEqualTo(load("memory: {name: slots, slots: 8}\ntask: reverse\nseed: 7\n"));
    }

    @Test
    void flagsWinOverTheFileAndAssignmentsOverBoth() throws IOException {
        Path yaml = file("run.yaml", "task: reverse\nmodel: {dim: 64, layers: 3}\nsteps: 10\nseed: 1\n");
        Map<String, Object> flags = new LinkedHashMap<>();
        flags.put("steps", 20);
        flags.put("model.dim", 32);

        RunConfig config = loader.load(yaml, flags, List.of("model.dim=48", "model.dim=16", "seed = 9"));

        assertThat(config.model().dim()).isEqualTo(16);
        assertThat(config.model().layers()).isEqualTo(3);
        assertThat(config.train().steps()).isEqualTo(20);
        assertThat(config.seed()).isEqualTo(9);
    }

    @Test
    void anotherMemoryTakesTheFormerOnesSettingsAway() throws IOException {
        Path yaml = file("run.yaml", "memory: {name: slots, slots: 8}\ntask: reverse\n");

        assertThat(loader.load(yaml, Map.of("memory", "none"), List.of()).memorySettings())
                .isEmpty();
        assertThat(loader.load(yaml, Map.of("memory", "slots"), List.of("memory.rate=1"))
                        .memorySettings())
                .contains(entry("slots", 8), entry("rate", 1.0));
        assertThat(loader.load(yaml, Map.of(), List.of("memory=none")).memory()).isEqualTo("none");
        assertThat(loader.load(null, Map.of("memory", "slots", "task", "reverse"), List.of("memory.slots=2"))
                        .memorySettings())
                .contains(entry("slots", 2));
    }

    @Test
    void everythingWrongIsListedAtOnce() throws IOException {
        Path yaml = file("run.yaml", """
                memory: {name: slots, slot: 8, rate: 2}
                tsk: {name: reverse}
                task: {name: revers}
                seed: many
                steps: 0
                backend: {name: fast}
                model: {dim: 30, heads: 4, layer: 2, norm: [pre]}
                """);

        assertThatThrownBy(() -> loader.load(yaml, Map.of(), List.of("memory.style=gatedwrite", "dim", "seed.x=1")))
                .isInstanceOfSatisfying(
                        ConfigurationProblems.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessage("""
                        CONFIG_INVALID: 12 problems in the configuration
                          1. tsk: no such key; did you mean 'task'? Valid: task, seed, steps, train, model, backend, memory, curriculum
                          2. backend: expected a single value, got keys [name]
                          3. model.norm: expected a single value, got a list
                          4. --set dim: expected key=value, such as model.dim=256
                          5. seed.x: seed has no keys below it; write seed alone
                          6. memory.slot: no such key; did you mean 'slots'? Valid: slots, salt, rate, style, label, normalised
                          7. memory.rate: expected a value in 0..1, got 2
                          8. memory.style: 'gatedwrite' is not a choice; did you mean 'gated-write'? Valid: gated-write, plain
                          9. task 'revers': no such name; did you mean 'reverse'? Valid: reverse
                          10. model.layer: no such key; did you mean 'layers'? Valid: layers, dim, heads, norm, segment, dropout, head_bias, \
                        activation, decoder_layers, positions, feed_forward, normalization, output_bias, embedding_norm, embedding_std, \
                        position_std, cross_attention, projection_bias, scale_embeddings, attention_window
                          11. train.steps: expected a value in 1..1099511627776, got 0
                          12. seed: expected an integer, got 'many'\
                        """);
    }

    @Test
    void conditionsBetweenKeysAreToldWithTheirSection() {
        assertThatThrownBy(() -> loader.load(null, Map.of("task", "reverse", "model.dim", 30), List.of()))
                .hasMessage("CONFIG_INVALID: model: dim must be a multiple of heads, got dim 30 and heads 4");
    }

    @Test
    void unknownMemoryAloneIsAnUnknownName() {
        assertThatThrownBy(() -> loader.load(null, Map.of("memory", "slot", "task", "reverse"), List.of()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN))
                .hasMessageContaining("did you mean 'slots'?");
    }

    @Test
    void taskMustBeChosen() {
        assertThatThrownBy(() -> loader.load(null, Map.of(), List.of()))
                .hasMessage("CONFIG_INVALID: task: choose one; Valid: reverse");
    }

    @Test
    void stepsGivenTwiceInOneFileAreRefused() {
        assertThatThrownBy(() -> load("task: reverse\nsteps: 5\ntrain: {steps: 6}\n"))
                .hasMessageContaining("steps: given twice");
    }

    @Test
    void yamlErrorNamesFileLineAndColumn() {
        assertThatThrownBy(() -> load("task: reverse\nmodel:\n  dim: [64\nseed: 1\n"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining(
                        "run.yaml, line 4, column 5: not YAML: while parsing a flow sequence, expected ',' or ']'");
    }

    @Test
    void keyGivenTwiceInYamlIsAnErrorWithItsPlace() {
        assertThatThrownBy(() -> load("task: reverse\nseed: 1\nseed: 2\n"))
                .hasMessageContaining("run.yaml, line 3, column")
                .hasMessageContaining("'seed'");
    }

    @Test
    void jsonErrorNamesFileLineAndColumn() throws IOException {
        Path json = file("run.json", "{\n  \"seed\": 1,\n  \"task\" \"reverse\"\n}");

        assertThatThrownBy(() -> loader.load(json, Map.of(), List.of()))
                .hasMessageContaining("run.json, line 3, column")
                .hasMessageContaining("not JSON: ");
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> loader.load(folder.resolve("gone.yaml"), Map.of(), List.of()))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_FAILED))
                .hasMessageContaining("gone.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"- a\n- b\n", "just words\n"})
    void fileThatHoldsNoSectionsIsRefused(String text) {
        assertThatThrownBy(() -> load(text)).hasMessageContaining("run.yaml: expected sections");
    }

    @Test
    void emptyFileIsAnEmptyConfiguration() throws IOException {
        Path yaml = file("run.yaml", "# nothing yet\n");

        assertThat(loader.load(yaml, Map.of("task", "reverse"), List.of()))
                .isEqualTo(loader.load(null, Map.of("task", "reverse"), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "true", "null", "1e5", "0x10", "# no: comment", "tab\\t 'and' \"quotes\"", "ünï"})
    void effectiveConfigurationReadsBackEqual(String label) throws IOException {
        RunConfig config = loader.load(
                null,
                Map.of("task", "reverse", "memory", "slots", "backend", "fast"),
                List.of("memory.label=" + label, "memory.rate=1e-7", "seed=" + Long.MIN_VALUE, "train.lr=0.000012345"));

        assertThat(config.memorySettings()).contains(entry("label", label));
        assertThat(loader.load(file("again.yaml", config.toYaml()), Map.of(), List.of()))
                .isEqualTo(config);
        assertThat(loader.load(file("again.json", config.toJson()), Map.of(), List.of()))
                .isEqualTo(config);
    }

    @Test
    void effectiveConfigurationReadsLikeAPersonWroteIt() {
        RunConfig config = loader.load(null, Map.of("task", "reverse", "memory", "slots"), List.of());

        assertThat(config.toYaml()).startsWith("""
                memory:
                  name: slots
                  slots: 4
                  rate: 0.5
                  normalised: true
                  style: plain
                """);
    }

    @Test
    void curriculumIsReadFromYamlFlagsAndAssignments() throws IOException {
        List<CurriculumStage> expected =
                List.of(new CurriculumStage(500, Map.of("length", 6)), new CurriculumStage(20, Map.of("length", 12)));
        RunConfig config = load("""
                task: reverse
                curriculum:
                  - steps: 500
                    task: {length: 6}
                  - {steps: 20, task: {length: 12}}
                """);

        assertThat(config.curriculum()).isEqualTo(expected);
        assertThat(config.taskSettings()).containsExactly(entry("length", 24));
        assertThat(loader.load(
                                null,
                                Map.of("task", "reverse"),
                                List.of(
                                        "curriculum=[{steps: 500, task: {length: 6}}, {steps: 20, task: {length: 12}}]"))
                        .curriculum())
                .isEqualTo(expected);
        assertThat(loader.load(
                                file("a.yaml", config.toYaml()),
                                Map.of("curriculum", List.of(Map.of("steps", 1, "task", Map.of("length", 2)))),
                                List.of())
                        .curriculum())
                .containsExactly(new CurriculumStage(1, Map.of("length", 2)));
        assertThat(loader.load(file("a.yaml", config.toYaml()), Map.of(), List.of("curriculum=[]"))
                        .curriculum())
                .isEmpty();
        assertThat(loader.load(file("a.yaml", config.toYaml()), Map.of(), List.of()))
                .isEqualTo(config);
        assertThat(loader.load(file("a.json", config.toJson()), Map.of(), List.of()))
                .isEqualTo(config);
        assertThat(expected.get(0).label()).isEqualTo("length=6");
    }

    @Test
    void everythingWrongInACurriculumIsListed() {
        assertThatThrownBy(() -> load("""
                task: {name: reverse, length: 30}
                curriculum:
                  - {steps: 0, task: {lenght: 6}}
                  - {stps: 5, task: {length: 200}}
                  - just text
                  - {steps: 5}
                """)).hasMessage("""
                        CONFIG_INVALID: 7 problems in the configuration
                          1. curriculum, stage 1: steps: expected an integer of at least 1, got '0'
                          2. curriculum, stage 1: task.lenght: no such key; did you mean 'length'? Valid: length
                          3. curriculum, stage 2: stps: no such key; did you mean 'steps'? Valid: steps, task
                          4. curriculum, stage 2: steps: expected an integer of at least 1
                          5. curriculum, stage 2: task.length: expected a value in 1..100, got 200
                          6. curriculum, stage 3: expected steps and task, such as {steps: 500, task: {segments: 2}}, got 'just text'
                          7. curriculum, stage 4: task: expected the settings that differ in this stage, such as {segments: 2}\
                        """);
        assertThatThrownBy(() -> loader.load(null, Map.of("task", "reverse"), List.of("curriculum=segments 2")))
                .hasMessageContaining("curriculum: expected a list of stages")
                .hasMessageContaining("got 'segments 2'");
        assertThatThrownBy(() -> loader.load(null, Map.of("task", "reverse"), List.of("curriculum.steps=2")))
                .hasMessageContaining("curriculum.steps: curriculum has no keys below it");
    }

    @Test
    void anotherTaskTakesTheCurriculumAway() throws IOException {
        Path yaml = file("run.yaml", "task: other\ncurriculum: [{steps: 5, task: {depth: 6}}]\n");

        assertThat(loader.load(yaml, Map.of("task", "reverse"), List.of()).curriculum())
                .isEmpty();
    }

    private RunConfig load(String yaml) throws IOException {
        return loader.load(file("run.yaml", yaml), Map.of(), List.of());
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
