package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Kind;
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

final class CacheViewsTest {
    private static final int LENGTH = 4;
    private static final int CACHED = 6;

    /** Views of three segments; the cache has 0, 4 and 6 rows. */
    private static List<List<MemoryView>> views(TestModel model, TensorBackend backend) {
        List<List<MemoryView>> all = new ArrayList<>();
        try (TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(1);
            for (int i = 0; i < 3; i++) {
                Observation.Recorder recorder = new Observation.Recorder();
                StepResult result = model.step(state, Pass.evaluation().observedBy(recorder), new long[] {1, i, 2, 5});
                Observation seen = recorder.observation(List.of("a", "b", "c", "d"), state, result.next());
                all.add(model.mechanism().memory().views(seen));
                state = result.next();
            }
        }
        return all;
    }

    @Test
    void attentionIsSharedOutByDistance() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("length", CACHED), Map.of("layers", 2))) {
            for (List<MemoryView> views : views(model, backend)) {
                MemoryView byDistance = views.get(0);
                assertThat(byDistance.kind()).isEqualTo(Kind.LINES);
                assertThat(byDistance.panels()).hasSize(4);
                assertThat(byDistance.columns().size()).isEqualTo(CACHED + LENGTH);
                for (MemoryView.Panel panel : byDistance.panels()) {
                    assertThat(sum(panel.values(), 0, 2 * (CACHED + LENGTH))).isEqualTo(1, within(1e-6));
                }
                for (MemoryView.Panel panel : views.get(1).panels()) {
                    assertThat(sum(panel.values(), 0, 2)).isEqualTo(1, within(1e-6));
                }
            }
        }
    }

    /** With queries, keys and positions of nothing every token looks at everything in sight alike. */
    @Test
    void evenAttentionIsFoundWhereItMustBe() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("length", CACHED), Map.of("layers", 1))) {
            model.parameters().forEach((path, parameter) -> {
                if (path.contains("project") || path.contains("relative")) {
                    model.assign(
                            path, new double[(int) parameter.value().shape().elements()]);
                }
            });
            int[] rows = {0, 4, 6};
            List<List<MemoryView>> views = views(model, backend);
            for (int i = 0; i < rows.length; i++) {
                double cached = 0;
                double itself = 0;
                double farthest = 0;
                for (int query = 0; query < LENGTH; query++) {
                    double each = 1.0 / (rows[i] + query + 1);
                    cached += rows[i] * each / LENGTH;
                    itself += each / LENGTH;
                    farthest = each / LENGTH;
                }
                float[] parts = views.get(i).get(1).panels().get(0).values();
                assertThat(parts[0]).isEqualTo((float) cached, within(1e-6f));
                assertThat(parts[1]).isEqualTo((float) (1 - cached), within(1e-6f));
                float[] lines = views.get(i).get(0).panels().get(0).values();
                int keys = CACHED + LENGTH;
                assertThat(lines[keys]).isEqualTo((float) itself, within(1e-6f));
                int distance = rows[i] + LENGTH - 1;
                int curve = rows[i] > 0 ? 0 : 1;
                assertThat(lines[curve * keys + distance]).isEqualTo((float) farthest, within(1e-6f));
                assertThat(sum(lines, distance + 1, keys)).isEqualTo(0, within(1e-9));
            }
        }
    }

    @Test
    void aMemoryWithoutRowsShowsNothing() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("length", 0), Map.of("layers", 1))) {
            assertThat(views(model, backend)).containsOnly(List.of());
        }
    }

    private static double sum(float[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum;
    }
}
