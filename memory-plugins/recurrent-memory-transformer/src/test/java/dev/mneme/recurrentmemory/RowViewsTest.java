package dev.mneme.recurrentmemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RowViewsTest {
    private static final int SLOTS = TestModel.SLOTS;
    private static final int LENGTH = 4;

    private static List<MemoryView> views(TestModel model, Form form) {
        try (TensorScope scope = model.backend().scope()) {
            Observation.Recorder recorder = new Observation.Recorder();
            MemoryState state = model.initialState(1);
            boolean[] valid = form == Form.DECODER ? null : new boolean[] {true, true, true, true};
            StepResult result = model.mechanism()
                    .controller()
                    .step(
                            model.segment(valid, new long[] {1, 0, 2, 5}),
                            state,
                            Pass.evaluation().observedBy(recorder));
            return model.mechanism()
                    .memory()
                    .views(recorder.observation(List.of("a", "b", "c", "d"), state, result.next()));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"DECODER", "ENCODER"})
    void allThatAWrittenRowSeesIsShown(Form form) {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, Map.of(), Map.of("layers", 2), form)) {
            MemoryView writes = views(model, form).get(1);
            int keys = LENGTH + (form == Form.DECODER ? 2 : 1) * SLOTS;

            assertThat(writes.panels()).hasSize(4);
            assertThat(writes.rows().size()).isEqualTo(SLOTS);
            assertThat(writes.columns().size()).isEqualTo(keys);
            for (MemoryView.Panel panel : writes.panels()) {
                for (int row = 0; row < SLOTS; row++) {
                    double sum = 0;
                    for (int key = 0; key < keys; key++) {
                        sum += panel.values()[row * keys + key];
                    }
                    assertThat(sum).isEqualTo(1, within(1e-6));
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
            List<MemoryView> views = views(model, Form.DECODER);
            float[] reads = views.get(0).panels().get(0).values();
            float[] writes = views.get(1).panels().get(0).values();

            for (int token = 0; token < LENGTH; token++) {
                for (int row = 0; row < SLOTS; row++) {
                    assertThat(reads[row * LENGTH + token]).isEqualTo(1f / (SLOTS + token + 1), within(1e-6f));
                }
            }
            int keys = LENGTH + 2 * SLOTS;
            for (int row = 0; row < SLOTS; row++) {
                for (int key = 0; key < keys; key++) {
                    int seen = SLOTS + LENGTH + row + 1;
                    assertThat(writes[row * keys + key]).isEqualTo(key < seen ? 1f / seen : 0, within(1e-6f));
                }
            }
        }
    }
}
