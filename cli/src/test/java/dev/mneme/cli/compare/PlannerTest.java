package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.MnemeOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the engines, mechanisms and tasks of the test class path. */
final class PlannerTest {
    private static final String ALL = """
            memories:
              - none
              - {memory: memformer, settings: {memory.slots: 3}}
              - {memory: recurrent-memory-transformer, settings: {memory.slots: 3}}
              - {memory: transformer-xl, settings: {memory.length: 4}}
              - {memory: compressive-transformer, settings: {memory.length: 4, memory.compressed_length: 2, memory.rate: 2}}
              - {memory: infinite-former, settings: {memory.basis: 8}}
            tasks: [segment-copy]
            sizes: {setting: task.segments, values: [2, 3]}
            seeds: [0, 1]
            settings: {model.dim: 16, model.layers: 1, model.heads: 2, model.segment: 6, train.steps: 2}
            """;

    private static Mneme mneme;

    @TempDir
    private Path folder;

    @BeforeAll
    static void open() {
        mneme = Mneme.open(MnemeOptions.defaults().withThreads(1));
    }

    @AfterAll
    static void close() {
        mneme.close();
    }

    @Test
    void everyRunHasAKeyOfItsOwnThatStaysTheSame() throws IOException {
        List<PlannedPlace> places = plan(ALL).places();

        assertThat(places).hasSize(12).allSatisfy(place -> {
            assertThat(place.failure()).isNull();
            assertThat(place.adjustment()).isNull();
            assertThat(place.size().sequenceTokens())
                    .isEqualTo(4L * place.place().size().intValue());
        });
        Set<String> keys = new HashSet<>();
        places.forEach(place -> place.cells().forEach(cell -> keys.add(cell.key())));
        assertThat(keys).hasSize(24);
        assertThat(keys(plan(ALL))).isEqualTo(keys);
        assertThat(keys(plan(ALL.replace("values: [2, 3]", "values: [3, 5]")))).containsAnyElementsOf(keys);
        assertThat(keys(plan(ALL.replace("train.steps: 2", "train.steps: 3")))).doesNotContainAnyElementsOf(keys);
        assertThat(places.get(0).size().stateBytes()).isZero();
        assertThat(places.get(2).size().stateBytes()).isEqualTo(3 * 16 * 4);
    }

    @ParameterizedTest
    @CsvSource({
        "parameters: 9000, model.feed_forward",
        "'parameters: 9000, tolerance: 0.2, adjust: model.dim', model.dim"
    })
    void everyMechanismComesToEqualParameters(String budget, String setting) throws IOException {
        Comparison comparison = read(ALL + "budget: {" + budget + "}\n");
        List<PlannedPlace> places =
                new Planner(mneme, comparison, List.of()).plan().places();

        assertThat(places).hasSize(12).allSatisfy(place -> {
            assertThat(place.adjustment().setting()).isEqualTo(setting);
            assertThat(place.adjustment().amount()).isEqualTo(place.size().parameters());
            assertThat(comparison.budget().holds(place.size().parameters())).isTrue();
            assertThat(place.cells().get(1).config().toYaml())
                    .contains(setting.substring(6) + ": " + place.adjustment().value());
        });
    }

    @Test
    void everyStateComesToEqualBytes() throws IOException {
        List<PlannedPlace> places =
                plan(ALL + "budget: {state_bytes: 2048, tolerance: 0.1}\n").places();

        assertThat(places.get(0).adjustment()).isNull();
        assertThat(places.subList(1, 6)).allSatisfy(place -> {
            assertThat(place.size().stateBytes()).isBetween(1844L, 2252L);
            assertThat(place.adjustment().amount()).isEqualTo(place.size().stateBytes());
        });
        assertThat(places.subList(1, 6))
                .extracting(place -> place.adjustment().setting())
                .containsExactly("memory.slots", "memory.slots", "memory.length", "memory.length", "memory.basis");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "budget: {parameters: 100} | and less is not possible",
                "budget: {parameters: 9007, tolerance: 0} | Widen the tolerance",
                "budget: {state_bytes: 64, adjust: model.layres} | did you mean 'model.layers'",
                "budget: {state_bytes: 640, adjust: model.feed_forward} | larger values give no more",
                "metric: acuracy | did you mean 'accuracy'",
            })
    void whatCannotBeMetIsSaid(String line, String words) {
        assertThatThrownBy(() -> plan(ALL + line + "\n"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID))
                .hasMessageContaining(words);
    }

    @Test
    void namesAndSettingsAreCheckedBeforeAnythingRuns() {
        assertThatThrownBy(() -> plan(ALL.replace("- none", "- nnoe")))
                .hasMessageStartingWith("NAME_UNKNOWN: nnoe on segment-copy")
                .hasMessageContaining("did you mean 'none'?");
        assertThatThrownBy(() -> plan(ALL.replace("task.segments", "task.segmnets")))
                .hasMessageContaining("CONFIG_INVALID: none on segment-copy, segmnets=2: task.segmnets: no such key")
                .hasMessageContaining("did you mean 'segments'");
        assertThatThrownBy(() -> new Planner(mneme, read(ALL), List.of("task.segments=4")).plan())
                .hasMessageContaining("what the sizes vary");
    }

    @Test
    void aModelThatCannotBeBuiltFailsItsOwnRunsOnly() throws IOException {
        List<PlannedPlace> places = plan(ALL.replace(
                        "tasks: [segment-copy]", "tasks: [{task: segment-copy, settings: {task.form: encoder}}]"))
                .places();

        assertThat(places.get(0).failure()).isNull();
        assertThat(places.get(3).place().memory().name()).isEqualTo("transformer-xl");
        assertThat(places.get(3).failure()).containsIgnoringCase("decoder");
    }

    private Set<String> keys(ComparisonPlan plan) {
        Set<String> keys = new HashSet<>();
        plan.places().forEach(place -> place.cells().forEach(cell -> keys.add(cell.key())));
        return keys;
    }

    private ComparisonPlan plan(String yaml) throws IOException {
        return new Planner(mneme, read(yaml), List.of()).plan();
    }

    private Comparison read(String yaml) throws IOException {
        return Comparison.read(Files.writeString(folder.resolve("c.yaml"), yaml));
    }
}
