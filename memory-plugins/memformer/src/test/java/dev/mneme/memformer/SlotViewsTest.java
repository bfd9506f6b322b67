package dev.mneme.memformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.Observation;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SlotViewsTest {
    private static final int SLOTS = TestModel.SLOTS;
    private static final int DIM = TestModel.DIM;
    private static final int LENGTH = 4;
    private static final double TEMPERATURE = 0.25;

    /** Views of the second segment. */
    private record Seen(List<MemoryView> views, double[] before, double[] after, double[] hidden) {
        static Seen of(TestModel model, Form form) {
            try (TensorScope scope = model.backend().scope()) {
                MemoryState state = model.step(
                                model.segment(form, null, new long[] {3, 3, 1, 6}), model.initialState(1))
                        .slots();
                Observation.Recorder recorder = new Observation.Recorder();
                TestModel.Step step = model.step(
                        model.segment(form, null, new long[] {1, 0, 2, 5}),
                        state,
                        Pass.evaluation().observedBy(recorder));
                Observation seen = recorder.observation(List.of("a", "b", "c", "d"), state, step.slots());
                return new Seen(
                        model.mechanism().memory().views(seen),
                        state.get(MemformerMemory.SLOTS).toDoubles(),
                        step.memory().toDoubles(),
                        step.hidden().toDoubles());
            }
        }

        float[] first(int view) {
            return views.get(view).panels().get(0).values();
        }
    }

    @ParameterizedTest
    @CsvSource({"bmn, DECODER", "gru, DECODER", "bmn, ENCODER", "gru, ENCODER_DECODER", "membart, ENCODER"})
    void weightsOfOneReadAndOfOneWriteSumToOne(String variant, Form form) {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, variant, form)) {
            Seen seen = Seen.of(model, form);

            assertThat(seen.views())
                    .extracting(MemoryView::title)
                    .containsExactly("Reads", "Writes", "What slots keep", "Forgetting", "Staying");
            assertThat(seen.views())
                    .extracting(MemoryView::kind)
                    .containsExactly(Kind.HEAT_MAP, Kind.HEAT_MAP, Kind.TIMELINE, Kind.TIMELINE, Kind.TIMELINE);
            float[] writes = seen.first(1);
            for (int slot = 0; slot < SLOTS; slot++) {
                double sum = 0;
                for (int column = 0; column <= LENGTH; column++) {
                    sum += writes[slot * (LENGTH + 1) + column];
                }
                assertThat(sum).isEqualTo(1, within(1e-6));
                assertThat(seen.first(2)[slot]).isEqualTo(writes[slot * (LENGTH + 1)]);
            }
            float[] reads = seen.first(0);
            for (int token = 0; token < LENGTH; token++) {
                double sum = 0;
                for (int slot = 0; slot < SLOTS; slot++) {
                    sum += reads[slot * LENGTH + token];
                }
                if (variant.equals("membart")) {
                    assertThat(sum).isBetween(0.0, 1.0);
                } else {
                    assertThat(sum).isEqualTo(1, within(1e-6));
                }
            }
        }
    }

    /** The paper's equations in plain Java: softmax(q . [k_own, k_tokens] / (sqrt(d) tau)). */
    @Test
    void whatASlotTakesInIsThePapersSoftmax() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, "bmn", Form.DECODER)) {
            Seen seen = Seen.of(model, Form.DECODER);
            double[] weight = model.value("writer.attention.project.weight").toDoubles();
            int headDim = DIM / 2;
            for (int slot = 0; slot < SLOTS; slot++) {
                double[] own = Arrays.copyOfRange(seen.before(), slot * DIM, (slot + 1) * DIM);
                double[] scores = new double[LENGTH + 1];
                for (int column = 0; column <= LENGTH; column++) {
                    double[] key =
                            column == 0 ? own : Arrays.copyOfRange(seen.hidden(), (column - 1) * DIM, column * DIM);
                    for (int i = 0; i < headDim; i++) {
                        scores[column] += projected(weight, i, own) * projected(weight, DIM + i, key);
                    }
                    scores[column] = Math.exp(scores[column] / (Math.sqrt(headDim) * TEMPERATURE));
                }
                double sum = Arrays.stream(scores).sum();
                for (int column = 0; column <= LENGTH; column++) {
                    assertThat((double) seen.first(1)[slot * (LENGTH + 1) + column])
                            .isEqualTo(scores[column] / sum, within(1e-6));
                }
            }
        }
    }

    @Test
    void forgettingIsTheAngleToWhereASlotStarts() {
        try (TensorBackend backend = ReferenceBackend.open();
                TestModel model = TestModel.create(backend, "bmn", Form.DECODER)) {
            Seen seen = Seen.of(model, Form.DECODER);
            double[] rest = model.value("memory.v_bias").toDoubles();

            for (int slot = 0; slot < SLOTS; slot++) {
                assertThat((double) seen.first(3)[slot]).isEqualTo(cosine(rest, seen.after(), slot), within(1e-6));
                assertThat((double) seen.first(4)[slot])
                        .isEqualTo(cosine(seen.before(), seen.after(), slot), within(1e-6));
            }
        }
    }

    private static double projected(double[] weight, int row, double[] x) {
        double sum = 0;
        for (int i = 0; i < DIM; i++) {
            sum += weight[row * DIM + i] * x[i];
        }
        return sum;
    }

    private static double cosine(double[] a, double[] b, int slot) {
        double product = 0;
        double squareA = 0;
        double squareB = 0;
        for (int i = slot * DIM; i < (slot + 1) * DIM; i++) {
            product += a[i] * b[i];
            squareA += a[i] * a[i];
            squareB += b[i] * b[i];
        }
        return product / Math.sqrt(squareA * squareB);
    }
}
