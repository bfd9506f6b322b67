package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ComparisonTest {
    @TempDir
    private Path folder;

    @Test
    void everyMechanismMeetsEveryTaskAtEverySize() throws IOException {
        Comparison comparison = read("""
                memories: [none, {memory: memformer, name: gru, settings: {memory.variant: gru}}]
                tasks:
                  - segment-copy
                  - {task: reverse, sizes: {setting: task.length, values: [3]}}
                sizes: {setting: task.segments, values: [2, 4]}
                """);

        assertThat(comparison.places())
                .extracting(Place::label)
                .containsExactly(
                        "none on segment-copy, segments=2",
                        "gru on segment-copy, segments=2",
                        "none on segment-copy, segments=4",
                        "gru on segment-copy, segments=4",
                        "none on reverse, length=3",
                        "gru on reverse, length=3");
        assertThat(comparison.seeds()).containsExactly(0L);
        assertThat(comparison.memories().get(1))
                .isEqualTo(new MemoryChoice("gru", "memformer", Map.of("memory.variant", "gru"), null));
    }

    @Test
    void settingsOfAMechanismWinOverThoseOfTheTaskAndOfAll() throws IOException {
        Comparison comparison = read("""
                memories: [{memory: none, settings: {train.steps: 3}}]
                tasks: [{task: reverse, settings: {train.steps: 2, train.batch: 2}}]
                settings: {train.steps: 1, train.batch: 1, train.lr: 0.1}
                """);

        assertThat(comparison.flags(comparison.places().get(0), 7, "engine"))
                .containsEntry("memory", "none")
                .containsEntry("seed", 7L)
                .containsEntry("backend", "engine")
                .containsEntry("train.steps", 3)
                .containsEntry("train.batch", 2)
                .containsEntry("train.lr", 0.1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{memories: [none], tasks: [reverse], seedz: [1]} | seedz: no such key; did you mean 'seeds'?",
                "tasks: [reverse] | needs memories",
                "memories: [none] | needs tasks",
                "{memories: [none, none], tasks: [reverse]} | memories must differ",
                "{memories: [none], tasks: [reverse], seeds: [1, 1]} | seeds must differ",
                "{memories: [{name: x}], tasks: [reverse]} | needs a memory",
                "{memories: [none], tasks: [reverse], sizes: {setting: task.length}} | sizes need a setting and its values",
                "{memories: [none], tasks: [reverse], sizes: {setting: task.length, values: [1, 1]}} | must differ",
                "{memories: [none], tasks: [reverse], settings: {backend: nd4j}} | --backend says that",
                "{memories: [none], tasks: [reverse], budget: {tolerance: 0.1}} | exactly one of parameters and state_bytes",
                "{memories: [none], tasks: [reverse], budget: {parameters: 0}} | at least 1",
                "{memories: [none], tasks: [reverse], budget: {parameters: 9, tolerance: 2}} | a share",
            })
    void whatMakesNoSenseIsNamed(String yaml, String words) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("CONFIG_INVALID: comparison ")
                .hasMessageContaining(words);
    }

    @Test
    void theExampleIsAComparison() throws IOException {
        Comparison example = Comparison.read(Path.of("..", "examples", "compare-copy.yaml"));

        assertThat(example.memories()).hasSize(5);
        assertThat(example.seeds()).hasSize(2);
        assertThat(example.sizes()).isEqualTo(new Sizes("task.segments", List.of(2, 3)));
        assertThat(example.places()).hasSize(10);
    }

    private Comparison read(String yaml) throws IOException {
        return Comparison.read(Files.writeString(folder.resolve("c.yaml"), yaml));
    }
}
