package dev.mneme.recurrentmemory;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.Pass;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the xl form alone has. */
final class RecurrentMemoryXlTest {
    private static final long[] FIRST = {3, 1, 4, 1, 5};
    private static final long[] SECOND = {2, 6, 5, 3, 0};
    private static final int SLOTS = TestModel.SLOTS;

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static TestModel model(TestEngine engine, Map<String, ?> settings) {
        return DecoderForm.XL.create(engine.backend(), settings);
    }

    // ---- property 12 ----

    @ParameterizedTest
    @MethodSource("engines")
    void theShiftsDifferOnlyWhereAMemoryRowSeesALaterOne(TestEngine engine) {
        for (int slots : new int[] {1, 2, 3}) {
            try (TestModel official = model(engine, Map.of("slots", slots, "relative_shift", "official"));
                    TestModel exact = model(engine, Map.of("slots", slots, "relative_shift", "exact"));
                    TensorScope scope = engine.backend().scope()) {
                double[] one = official.memoryAfter(official.tokens(FIRST), official.tokens(SECOND));
                double[] other = exact.memoryAfter(exact.tokens(FIRST), exact.tokens(SECOND));
                if (slots == 1) {
                    assertClose(other, one);
                } else {
                    assertDiffers(other, one);
                }
            }
        }
    }

    /** The scores as the equations have them, entry by entry. */
    @ParameterizedTest
    @MethodSource("engines")
    void scoresAreThoseOfTheEquations(TestEngine engine) {
        TensorBackend backend = engine.backend();
        int slots = 4;
        int length = 3;
        int cached = 5;
        int rows = 2 * slots + length;
        int keys = cached + rows;
        int[] filled = {5, 2, 0};
        boolean[] there = new boolean[filled.length * cached];
        for (int row = 0; row < filled.length; row++) {
            for (int i = cached - filled[row]; i < cached; i++) {
                there[row * cached + i] = true;
            }
        }
        for (RecurrentMemoryConfig.RelativeShift shift : RecurrentMemoryConfig.RelativeShift.values()) {
            try (TensorScope scope = backend.scope()) {
                Tensor mask = backend.tensor(there, Shape.of(filled.length, cached));
                Tensor queries = backend.normal(Shape.of(filled.length, 2, rows, 3), DType.F64, 1);
                Tensor positions = backend.normal(Shape.of(2, 3, keys), DType.F64, 2);
                XlPiece piece = new XlPiece(0, rows, List.of(0, slots + length), slots, cached);
                Tensor scores = new RelativeScores(backend, shift, slots, keys, mask).of(queries, positions, piece);
                double[] actual = scores.toDoubles();
                double[] byDistance = queries.matmul(positions).toDoubles();
                int compared = 0;
                for (int stream = 0; stream < filled.length; stream++) {
                    for (int head = 0; head < 2; head++) {
                        int base = (stream * 2 + head) * rows * keys;
                        for (int i = 0; i < rows; i++) {
                            for (int j = 0; j < keys; j++) {
                                if (piece.allows(i, j, true)) {
                                    int distance = i + cached - j;
                                    int row = i;
                                    if (distance < 0 && shift == RecurrentMemoryConfig.RelativeShift.EXACT) {
                                        distance = -distance;
                                    } else if (distance < -1) {
                                        distance += filled[stream] + rows + 1;
                                        row = i + 1;
                                    }
                                    double expected =
                                            distance < 0 ? 0 : byDistance[base + row * keys + keys - 1 - distance];
                                    assertThat(actual[base + i * keys + j])
                                            .as("%s stream %d score of %d for %d", shift, stream, i, j)
                                            .isCloseTo(expected, within(1e-12));
                                    compared++;
                                }
                            }
                        }
                    }
                }
                assertThat(compared).isEqualTo(filled.length * 2 * (rows * cached + rows * (rows + 1) / 2 + 2 * 6));
            }
        }
    }

    // ---- property 13 ----

    @ParameterizedTest
    @MethodSource("engines")
    void theCacheFillsRowByRowAndCarriesNoGradient(TestEngine engine) {
        int length = 25;
        try (TestModel model = model(engine, Map.of("cache", length));
                TensorScope scope = engine.backend().scope()) {
            Tensor tokens = model.tokens(FIRST, SECOND);
            List<Step> steps = model.steps(model.initialState(2), tokens, tokens, tokens);
            for (int i = 0; i < steps.size(); i++) {
                MemoryState state = steps.get(i).next();
                long expected = Math.min(length, (i + 1L) * (2 * SLOTS + FIRST.length));
                assertThat(state.get(StateCache.FILLED).sum(false, 1).toLongs()).containsOnly(expected);
                for (int layer = 0; layer <= 2; layer++) {
                    assertThat(state.get(StateCache.name(layer)).requiresGradient())
                            .isFalse();
                }
                assertThat(state.get(RecurrentMemory.ROWS).requiresGradient()).isTrue();
            }
            Tensor entered = steps.get(2).trace().layerInputs().get(1);
            assertClose(
                    steps.get(2)
                            .next()
                            .get(StateCache.name(1))
                            .slice(1, length - entered.size(1), length)
                            .toDoubles(),
                    entered.toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aCacheThatWasMadeALeafGetsNoGradientAndTheMemoryDoes(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = model(engine, Map.of("cache", 4, "read_memory_from_cache", true));
                TensorScope scope = backend.scope()) {
            MemoryState state = model.steps(model.initialState(1), model.tokens(FIRST))
                    .get(0)
                    .next();
            Tensor cache = state.get(StateCache.name(0)).variable();
            Tensor memory = state.get(RecurrentMemory.ROWS).variable();
            MemoryState leaves = state.with(StateCache.name(0), cache).with(RecurrentMemory.ROWS, memory);
            Tensor loss = model.step(model.segment(null, SECOND), leaves)
                    .logits()
                    .square()
                    .sum();
            List<Tensor> gradients =
                    backend.gradients(List.of(loss), List.of(cache, memory), Collections.singletonList(null));
            assertThat(gradients.get(0).toDoubles()).containsOnly(0);
            assertThat(gradients.get(1).abs().sum().item()).isGreaterThan(1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void paddingNeverEntersTheSightOfLaterSegments(TestEngine engine) {
        boolean[] valid = {true, true, true, false, false};
        for (boolean read : new boolean[] {false, true}) {
            try (TestModel model = model(engine, Map.of("cache", 20, "read_memory_from_cache", read));
                    TensorScope scope = engine.backend().scope()) {
                double[] one = afterPadded(model, model.segment(valid, FIRST));
                double[] other = afterPadded(model, model.segment(valid, new long[] {3, 1, 4, 6, 6}));
                assertThat(other).isEqualTo(one);
            }
        }
    }

    private static double[] afterPadded(TestModel model, Segment padded) {
        MemoryState state = model.step(padded, model.initialState(1)).next();
        return model.step(model.segment(null, SECOND), state).logits().toDoubles();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void attentionCanBeObserved(TestEngine engine) {
        try (TestModel model = model(engine, Map.of("cache", 4));
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.steps(model.initialState(1), model.tokens(FIRST))
                    .get(0)
                    .next();
            Map<String, double[]> seen = new LinkedHashMap<>();
            Pass pass = Pass.evaluation().observedBy((path, weights) -> seen.put(path, weights.toDoubles()));
            model.mechanism().controller().step(model.segment(null, SECOND), state, pass);
            assertThat(new ArrayList<>(seen.keySet()))
                    .containsExactly("controller.layers.0.attention", "controller.layers.1.attention");
            int rows = 2 * SLOTS + SECOND.length;
            int keys = 4 + rows;
            double[] weights = seen.get("controller.layers.1.attention");
            XlPiece piece = new XlPiece(0, rows, List.of(0, SLOTS + SECOND.length), SLOTS, 4);
            for (int i = 0; i < rows; i++) {
                double total = 0;
                for (int j = 0; j < keys; j++) {
                    double weight = weights[i * keys + j];
                    boolean token = i >= SLOTS && i < SLOTS + SECOND.length;
                    boolean sameBlock = j >= 4 && ((i < SLOTS && j < 4 + SLOTS) || (i >= 8 && j >= 12));
                    boolean allowed = j < 4 ? token : j - 4 <= i || sameBlock;
                    assertThat(weight > 0).as("row %d key %d", i, j).isEqualTo(allowed);
                    assertThat(piece.allows(i, j, false)).isEqualTo(allowed);
                    total += weight;
                }
                assertThat(total).isCloseTo(1, within(1e-12));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void outputAndEmbeddingAreOneMatrix(TestEngine engine) {
        try (TestModel model = DecoderForm.XL.create(engine);
                TestModel unbiased = TestModel.create(
                        engine.backend(),
                        Map.of("backbone", "xl"),
                        Map.of("positions", "none", "head_bias", false),
                        Form.DECODER);
                TensorScope scope = engine.backend().scope()) {
            Step step = model.step(model.segment(null, FIRST), model.initialState(1));
            Tensor expected = step.trace()
                    .tokenOutput()
                    .linear(model.value("controller.tokens.weight"), model.value("controller.head_bias"));
            assertClose(step.logits().toDoubles(), expected.toDoubles());
            assertThat(unbiased.parameters()).doesNotContainKey("controller.head_bias");
        }
    }
}
