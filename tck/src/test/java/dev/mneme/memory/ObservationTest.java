package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation.Numbers;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ObservationTest {
    /** What is seen of weights (2, 2, 2, 3) that count from 0: those of the first row of the batch. */
    private static Observation seen(String... paths) {
        Observation.Recorder recorder = new Observation.Recorder();
        try (TensorBackend backend = ReferenceBackend.open()) {
            try (TensorScope scope = backend.scope()) {
                double[] count = IntStream.range(0, 24).asDoubleStream().toArray();
                for (String path : paths) {
                    recorder.observe(path, backend.tensor(count, Shape.of(2, 2, 2, 3), DType.F64));
                }
            }
            assertThat(backend.memory().liveTensors()).isZero();
        }
        return recorder.observation(List.of("a", "b"), MemoryState.empty(), MemoryState.empty());
    }

    @Test
    void weightsOfTheFirstRowAreCopied() {
        Numbers numbers = seen("a").seen().get("a");

        assertThat(numbers.rank()).isEqualTo(3);
        assertThat(List.of(numbers.size(0), numbers.size(1), numbers.size(2))).containsExactly(2, 2, 3);
        assertThat(numbers.at(1, 1, 2)).isEqualTo(11);
        assertThat(numbers.part(1, 0, 2, 1, 3)).containsExactly(7, 8, 10, 11);
        assertThat(numbers.partTransposed(1, 0, 2, 1, 3)).containsExactly(7, 10, 8, 11);
    }

    @Test
    void layersAreFoundAsFarAsThereAreAny() {
        Observation observation = seen("layers.0.attention", "layers.1.attention", "layers.3.attention");

        assertThat(observation.byLayer("layers.", ".attention")).hasSize(2);
        assertThat(observation.byLayer("blocks.", ".attention")).isEmpty();
        List<Panel> panels = Panel.perHead(observation.byLayer("layers.", ".attention"), (layer, weights, head) ->
                new float[] {layer, weights.at(head, 0, 0)});
        assertThat(panels)
                .extracting(Panel::name)
                .containsExactly("layer 1, head 1", "layer 1, head 2", "layer 2, head 1", "layer 2, head 2");
        assertThat(panels.get(3).values()).containsExactly(1, 6);
    }
}
