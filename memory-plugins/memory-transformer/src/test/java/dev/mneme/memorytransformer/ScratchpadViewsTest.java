package dev.mneme.memorytransformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ScratchpadViewsTest {
    private static final int SLOTS = 3;
    private static final int LENGTH = 4;

    private static List<MemoryView> views(TestModel model) {
        try (TensorScope scope = model.backend().scope()) {
            Observation.Recorder recorder = new Observation.Recorder();
            MemoryState state = model.mechanism().memory().initialState(1);
            model.mechanism()
                    .controller()
                    .step(
                            model.segment(null, new long[] {1, 0, 2, 5}),
                            state,
                            Pass.evaluation().observedBy(recorder));
            return model.mechanism()
                    .memory()
                    .views(recorder.observation(List.of("a", "b", "c", "d"), state, MemoryState.empty()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mem-transformer, DECODER, 7",
        "mem-transformer, ENCODER, 7",
        "mem-ctrl, DECODER, 3",
        "mem-ctrl, ENCODER, 7",
        "mem-bottleneck, ENCODER, 7"
    })
    void memoryRowsShowAllTheySee(String variant, Form form, int keys) {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("variant", variant), Map.of("layers", 2), form)) {
            List<MemoryView> views = views(model);

            assertThat(views).extracting(MemoryView::title).containsExactly("Tokens read memory", "Memory rows write");
            assertThat(views.get(0).columns().labels()).containsExactly("a", "b", "c", "d");
            for (MemoryView.Panel panel : views.get(1).panels()) {
                assertSumsToOne(panel.values(), SLOTS, keys);
            }
            if (variant.equals("mem-bottleneck")) {
                // Tokens see nothing else: columns sum to one.
                float[] values = views.get(0).panels().get(3).values();
                for (int token = 0; token < LENGTH; token++) {
                    assertThat(values[token] + values[LENGTH + token] + values[2 * LENGTH + token])
                            .isEqualTo(1, within(1e-6f));
                }
            }
        }
    }

    /** With queries and keys of nothing every row looks at everything in sight alike. */
    @Test
    void evenAttentionOfADecoderIsOneOverTheRowsInSight() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of(), Map.of("layers", 1), Form.DECODER)) {
            model.parameters().forEach((path, parameter) -> {
                if (path.contains("attention.project")) {
                    model.assign(
                            path, new double[(int) parameter.value().shape().elements()]);
                }
            });
            float[] reads = views(model).get(0).panels().get(0).values();

            for (int token = 0; token < LENGTH; token++) {
                for (int row = 0; row < SLOTS; row++) {
                    assertThat(reads[row * LENGTH + token]).isEqualTo(1f / (SLOTS + token + 1), within(1e-6f));
                }
            }
        }
    }

    @Test
    void aModelWithoutMemoryRowsShowsNothing() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of("slots", 0), Map.of("layers", 1), Form.DECODER)) {
            assertThat(views(model)).isEmpty();
        }
    }

    private static void assertSumsToOne(float[] values, int rows, int columns) {
        assertThat(values).hasSize(rows * columns);
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int column = 0; column < columns; column++) {
                sum += values[row * columns + column];
            }
            assertThat(sum).isEqualTo(1, within(1e-6));
        }
    }
}
