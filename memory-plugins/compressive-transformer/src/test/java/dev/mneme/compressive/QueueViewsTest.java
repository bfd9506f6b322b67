package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class QueueViewsTest {
    private static final int LENGTH = 4;
    private static final Map<String, Object> QUEUES = Map.of("length", 4, "compressed_length", 3, "rate", 2);

    /** Views of six segments, and of each how many compressed and memory rows there are before it. */
    private static List<List<MemoryView>> views(TestModel model, TensorBackend backend, List<long[]> counts) {
        List<List<MemoryView>> all = new ArrayList<>();
        try (TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(1);
            for (int i = 0; i < 6; i++) {
                Observation.Recorder recorder = new Observation.Recorder();
                StepResult result =
                        model.step(state, Pass.evaluation().observedBy(recorder), new long[] {1, i % 3, 2, 5});
                Observation seen = recorder.observation(List.of("a", "b", "c", "d"), state, result.next());
                all.add(model.mechanism().memory().views(seen));
                counts.add(new long[] {
                    state.get(CompressiveMemory.COMPRESSED_COUNT).toLongs()[0],
                    state.get(CompressiveMemory.COUNT).toLongs()[0]
                });
                state = result.next();
            }
        }
        return all;
    }

    @Test
    void allAttentionIsOnOneOfThree() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, QUEUES, Map.of("layers", 2))) {
            for (List<MemoryView> views : views(model, backend, new ArrayList<>())) {
                assertThat(views)
                        .extracting(MemoryView::title)
                        .containsExactly("Attention by distance", "Attention on the queues");
                for (MemoryView view : views) {
                    assertThat(view.panels()).hasSize(4);
                    for (MemoryView.Panel panel : view.panels()) {
                        double sum = 0;
                        for (float value : panel.values()) {
                            sum += value;
                        }
                        assertThat(sum).isEqualTo(1, within(1e-6));
                    }
                }
            }
        }
    }

    /** With queries, keys and positions of nothing every token looks at everything in sight alike. */
    @Test
    void evenAttentionFollowsTheCounts() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, QUEUES, Map.of("layers", 1))) {
            model.parameters().forEach((path, parameter) -> {
                if (path.contains("project") || path.contains("relative")) {
                    model.assign(
                            path, new double[(int) parameter.value().shape().elements()]);
                }
            });
            List<long[]> counts = new ArrayList<>();
            List<List<MemoryView>> views = views(model, backend, counts);
            assertThat(counts.get(5)[0]).isEqualTo(3);
            assertThat(counts.get(5)[1]).isBetween(4L, 5L);
            for (int i = 0; i < views.size(); i++) {
                double[] expected = new double[3];
                for (int query = 0; query < LENGTH; query++) {
                    double each = 1.0 / (counts.get(i)[0] + counts.get(i)[1] + query + 1) / LENGTH;
                    expected[0] += counts.get(i)[0] * each;
                    expected[1] += counts.get(i)[1] * each;
                    expected[2] += (query + 1) * each;
                }
                float[] parts = views.get(i).get(1).panels().get(0).values();
                for (int part = 0; part < 3; part++) {
                    assertThat((double) parts[part])
                            .as("segment %d, part %d", i, part)
                            .isEqualTo(expected[part], within(1e-6));
                }
            }
        }
    }
}
