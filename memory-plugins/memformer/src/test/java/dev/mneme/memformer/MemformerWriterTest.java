package dev.mneme.memformer;

import static dev.mneme.memformer.TestModel.DIM;
import static dev.mneme.memformer.TestModel.SLOTS;
import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertFinite;
import static dev.mneme.tck.Rows.difference;
import static dev.mneme.tck.Rows.dot;
import static dev.mneme.tck.Rows.norm;
import static dev.mneme.tck.Rows.ordered;
import static dev.mneme.tck.Rows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of the writers alone, without training. */
final class MemformerWriterTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 5;

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static TestModel bmn(TestEngine engine, Map<String, ?> memory) {
        return TestModel.create(engine.backend(), memory, Map.of(), Form.ENCODER);
    }

    private static Tensor random(TensorBackend backend, long key, long... sizes) {
        return backend.normal(Shape.of(sizes), DType.F64, key);
    }

    private static Tensor slots(TensorBackend backend) {
        return UnitLength.of(random(backend, 1, BATCH, SLOTS, DIM));
    }

    private static Tensor tokens(TensorBackend backend) {
        return random(backend, 2, BATCH, LENGTH, DIM);
    }

    private static Tensor noToken(TensorBackend backend) {
        return backend.full(Shape.of(BATCH, LENGTH), 0, DType.BOOL);
    }

    private static Tensor update(TestModel model, Tensor slots, Tensor tokens, @Nullable Tensor valid) {
        return model.writer().update(slots, tokens, valid, Pass.evaluation());
    }

    // ---- property 1 ----

    @ParameterizedTest
    @MethodSource("engines")
    void slotsHaveLengthOne(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of());
                TensorScope scope = backend.scope()) {
            double[] initial = SegmentWindow.slots(model.initialState(BATCH)).toDoubles();
            double[] written =
                    update(model, slots(backend), tokens(backend), null).toDoubles();
            for (int slot = 0; slot < BATCH * SLOTS; slot++) {
                assertThat(norm(row(initial, DIM, slot))).isCloseTo(1, within(1e-12));
                assertThat(norm(row(written, DIM, slot))).isCloseTo(1, within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aSlotsWeightsSumToOneAndLeaveOutOtherSlotsAndPadding(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of());
                TensorScope scope = backend.scope()) {
            Tensor valid = backend.tensor(
                    new boolean[] {true, true, true, true, true, true, true, false, false, false},
                    Shape.of(BATCH, LENGTH));
            double[] weights = weights(model, valid);
            int keys = SLOTS + LENGTH;
            for (int row = 0; row < weights.length / keys; row++) {
                double[] seen = row(weights, keys, row);
                assertThat(Arrays.stream(seen).sum()).isCloseTo(1, within(1e-12));
                for (int other = 0; other < SLOTS; other++) {
                    assertThat(seen[other] > 0).isEqualTo(other == row % SLOTS);
                }
                boolean padded = row >= weights.length / keys / BATCH;
                assertThat(seen[SLOTS + LENGTH - 1] > 0).isEqualTo(!padded);
            }
        }
    }

    /** The writer's attention weights, (batch, heads, k, k + L). */
    private static double[] weights(TestModel model, @Nullable Tensor valid) {
        TensorBackend backend = model.backend();
        List<double[]> seen = new ArrayList<>();
        Pass pass = Pass.evaluation().observedBy((path, weights) -> {
            assertThat(path).isEqualTo("writer.attention");
            seen.add(weights.toDoubles());
        });
        model.writer().update(slots(backend), tokens(backend), valid, pass);
        assertThat(seen).hasSize(1);
        return seen.get(0);
    }

    // ---- property 2 ----

    @ParameterizedTest
    @MethodSource("engines")
    void withoutTokensASlotKeepsItsContent(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of());
                TensorScope scope = backend.scope()) {
            Tensor before = slots(backend);
            MemformerBmnWriter writer = (MemformerBmnWriter) model.writer();
            Tensor attended = writer.attend(before, tokens(backend), noToken(backend), Pass.evaluation());
            assertThat(attended.toDoubles()).isEqualTo(before.toDoubles());
            assertThat(update(model, before, tokens(backend), noToken(backend)).toDoubles())
                    .isEqualTo(UnitLength.of(before.add(model.value("memory.v_bias")))
                            .toDoubles());
        }
    }

    // ---- property 3 ----

    @ParameterizedTest
    @MethodSource("engines")
    void aWrittenSlotDependsOnNoOtherSlot(TestEngine engine) {
        TensorBackend backend = engine.backend();
        for (String variant : List.of("bmn", "gru")) {
            try (TestModel model = TestModel.create(backend, variant, Form.ENCODER);
                    TensorScope scope = backend.scope()) {
                for (int slot = 0; slot < SLOTS; slot++) {
                    Tensor before = slots(backend).variable();
                    Tensor written = update(model, before, tokens(backend), null);
                    Tensor one = written.slice(1, slot, slot + 1);
                    Tensor cotangent = random(backend, 3, BATCH, 1, DIM);
                    double[] gradient = backend.gradients(List.of(one), List.of(before), List.of(cotangent))
                            .get(0)
                            .toDoubles();
                    for (int other = 0; other < BATCH * SLOTS; other++) {
                        double[] part = row(gradient, DIM, other);
                        if (other % SLOTS == slot) {
                            assertThat(norm(part)).isGreaterThan(1e-6);
                        } else {
                            assertThat(part).containsOnly(0);
                        }
                    }
                }
            }
        }
    }

    // ---- property 4, the part of the writer ----

    @ParameterizedTest
    @MethodSource("engines")
    void theOrderOfTokensDoesNotMatter(TestEngine engine) {
        TensorBackend backend = engine.backend();
        for (String variant : List.of("bmn", "gru")) {
            try (TestModel model = TestModel.create(backend, variant, Form.ENCODER);
                    TensorScope scope = backend.scope()) {
                Tensor order = backend.tensor(new long[] {3, 0, 4, 1, 2}, Shape.of(LENGTH));
                Tensor shuffled = tokens(backend).indexSelect(1, order);
                assertClose(
                        update(model, slots(backend), shuffled, null).toDoubles(),
                        update(model, slots(backend), tokens(backend), null).toDoubles());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void equalSlotsWithEqualRestingVectorsStayEqual(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of());
                TensorScope scope = backend.scope()) {
            model.assign("memory.v_bias", ordered(model.value("memory.v_bias").toDoubles(), DIM, 0, 0, 1));
            Tensor slots = SegmentWindow.slots(model.initialState(BATCH));
            double[] written = update(model, slots, tokens(backend), null).toDoubles();
            assertThat(row(written, DIM, 1)).isEqualTo(row(written, DIM, 0));
            assertThat(difference(row(written, DIM, 2), row(written, DIM, 0))).isGreaterThan(1e-4);
        }
    }

    // ---- property 5 ----

    @ParameterizedTest
    @MethodSource("engines")
    void theGradientBeforeNormalisationIsTangent(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of());
                TensorScope scope = backend.scope()) {
            Tensor biased =
                    slots(backend).add(model.value("memory.v_bias")).detach().variable();
            Tensor written = UnitLength.of(biased);
            double[] gradient = backend.gradients(
                            List.of(written), List.of(biased), List.of(random(backend, 3, BATCH, SLOTS, DIM)))
                    .get(0)
                    .toDoubles();
            double[] slots = written.toDoubles();
            for (int slot = 0; slot < BATCH * SLOTS; slot++) {
                double[] part = row(gradient, DIM, slot);
                assertThat(norm(part)).isGreaterThan(1e-3);
                assertThat(dot(part, row(slots, DIM, slot))).isCloseTo(0, within(1e-13));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aVectorOfLengthZeroStaysFinite(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope()) {
            Tensor zero = backend.zeros(Shape.of(1, DIM), DType.F64).variable();
            Tensor unit = UnitLength.of(zero);
            assertThat(unit.toDoubles()).containsOnly(0);
            double[] gradient = backend.gradients(List.of(unit.sum()), List.of(zero), Collections.singletonList(null))
                    .get(0)
                    .toDoubles();
            assertFinite(gradient);
        }
    }

    // ---- property 7 and experiment E3 ----

    @ParameterizedTest
    @MethodSource("engines")
    void withoutTokensASlotTurnsTowardsItsRestingVectorByTheLawOfAngles(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = bmn(engine, Map.of("slot_std", 0.5));
                TensorScope scope = backend.scope()) {
            double[] resting = model.value("memory.v_bias").toDoubles();
            Tensor slots = slots(backend);
            for (int step = 0; step < 60; step++) {
                Tensor next = update(model, slots, tokens(backend), noToken(backend));
                for (int slot = 0; slot < BATCH * SLOTS; slot++) {
                    double[] pole = row(resting, DIM, slot % SLOTS);
                    double before = angle(row(slots.toDoubles(), DIM, slot), pole);
                    double after = angle(row(next.toDoubles(), DIM, slot), pole);
                    // An angle near 0 is known to about the root of the rounding error.
                    double expected = Math.atan2(Math.sin(before), Math.cos(before) + norm(pole));
                    assertThat(after).isCloseTo(expected, within(1e-7)).isLessThan(before + 1e-7);
                }
                slots = next;
            }
            double[] terminal = SegmentWindow.slots(model.initialState(BATCH)).toDoubles();
            assertThat(difference(slots.toDoubles(), terminal)).isLessThan(1e-6);
        }
    }

    private static double angle(double[] a, double[] b) {
        return Math.acos(Math.max(-1, Math.min(1, dot(a, b) / norm(a) / norm(b))));
    }

    // ---- property 8 ----

    @ParameterizedTest
    @MethodSource("engines")
    void aSmallerTemperatureMakesASlotChoose(TestEngine engine) {
        TensorBackend backend = engine.backend();
        double[] entropies = new double[3];
        double[] temperatures = {1, 0.5, 0.25};
        for (int i = 0; i < entropies.length; i++) {
            try (TestModel model = bmn(engine, Map.of("temperature", temperatures[i]));
                    TensorScope scope = backend.scope()) {
                entropies[i] = -Arrays.stream(weights(model, null))
                        .filter(p -> p > 0)
                        .map(p -> p * Math.log(p))
                        .sum();
            }
        }
        assertThat(entropies[1]).isLessThan(entropies[0] - 1e-3);
        assertThat(entropies[2]).isLessThan(entropies[1] - 1e-3);
    }

    // ---- the GRU variant ----

    @ParameterizedTest
    @MethodSource("engines")
    void twoUpdatesAreOneUpdateTwice(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel once = bmn(engine, Map.of("variant", "gru"));
                TestModel twice = bmn(engine, Map.of("variant", "gru", "num_mem_updates", 2));
                TensorScope scope = backend.scope()) {
            Tensor tokens = tokens(backend);
            Tensor first = update(once, slots(backend), tokens, null);
            assertClose(
                    update(twice, slots(backend), tokens, null).toDoubles(),
                    update(once, first, tokens, null).toDoubles());
        }
    }
}
