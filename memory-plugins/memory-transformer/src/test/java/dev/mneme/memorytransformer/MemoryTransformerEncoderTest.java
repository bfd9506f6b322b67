package dev.mneme.memorytransformer;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.ordered;
import static dev.mneme.tck.Rows.row;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.memorytransformer.TestModel.Run;
import dev.mneme.memorytransformer.TestModel.Values;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds without training for bidirectional models. */
final class MemoryTransformerEncoderTest {
    private static final int DIM = 8;
    private static final int CLASSES = 7;
    private static final int SLOTS = 3;
    private static final String SLOT_PATH = "memory.slots";
    private static final long[] IDS = {3, 1, 4, 1, 5, 2};
    private static final long[] OTHER_IDS = {6, 0, 2, 5, 3, 1};
    private static final List<String> VARIANTS = List.of("mem-transformer", "mem-ctrl", "mem-bottleneck");

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    static Stream<Arguments> enginesAndVariants() {
        return TestEngine.all().stream()
                .flatMap(engine -> VARIANTS.stream().map(variant -> Arguments.of(engine, variant)));
    }

    private static TestModel model(TestEngine engine, Map<String, ?> memory, Map<String, ?> backbone) {
        return TestModel.create(engine.backend(), memory, backbone, Form.ENCODER);
    }

    private static TestModel model(TestEngine engine, String variant) {
        return model(engine, Map.of("variant", variant), Map.of());
    }

    // ---- property 1 ----

    @ParameterizedTest
    @MethodSource("engines")
    void withoutRowsItIsThePlainTransformerBitForBit(TestEngine engine) {
        double[] plain = plainLogits(engine);
        try (TestModel joined = model(engine, Map.of("slots", 0), Map.of());
                TestModel apart = model(engine, Map.of("slots", 0, "variant", "mem-ctrl"), Map.of())) {
            assertThat(joined.values(IDS).logits()).isEqualTo(plain);
            assertThat(apart.values(IDS).logits()).isEqualTo(plain);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withNoRowKeptMemCtrlIgnoresItsMemorySet(TestEngine engine) {
        try (TestModel model = model(engine, Map.of("variant", "mem-ctrl", "kept_slots", 0), Map.of())) {
            assertThat(model.values(IDS).logits()).isEqualTo(plainLogits(engine));
            Map<String, double[]> gradients =
                    model.gradients(run -> run.logits().square().sum(), null, IDS);
            gradients.forEach((path, gradient) -> {
                if (path.startsWith("writer.") || path.startsWith("memory.")) {
                    assertThat(gradient).as(path).containsOnly(0);
                }
            });
        }
    }

    private static double[] plainLogits(TestEngine engine) {
        TensorBackend backend = engine.backend();
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F64, TestModel.SEED),
                TestModel.backbone(Map.of()),
                TestModel.task(Form.ENCODER));
        try (Mechanism plain = new NoMemoryProvider().create(new NoMemoryProvider.Config(), context);
                TensorScope scope = backend.scope()) {
            TestModel.spreadOut(plain.parameters());
            Tensor tokens = backend.tensor(IDS, Shape.of(1, IDS.length));
            Segment segment = new Segment(tokens, null, null);
            return plain.controller()
                    .step(segment, MemoryState.empty(), Pass.evaluation())
                    .logits()
                    .toDoubles();
        }
    }

    // ---- property 2 ----

    @ParameterizedTest
    @MethodSource("engines")
    void memCtrlWithEqualSetsIsMemTransformer(TestEngine engine) {
        boolean[] valid = {true, true, true, true, true, true, true, true, true, true, false, false};
        for (String norm : List.of("post", "pre")) {
            try (TestModel joined = model(engine, Map.of(), Map.of("norm", norm));
                    TestModel apart = model(engine, Map.of("variant", "mem-ctrl"), Map.of("norm", norm))) {
                apart.copyBackboneToWriter();
                Values expected = joined.values(valid, IDS, OTHER_IDS);
                Values actual = apart.values(valid, IDS, OTHER_IDS);
                assertClose(actual.logits(), expected.logits());
                assertClose(actual.memory(), expected.memory());
            }
        }
    }

    // ---- property 3 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void permutedSlotsPermuteMemoryRowsAndLeaveTokensAlone(TestEngine engine, String variant) {
        try (TestModel model = model(engine, variant)) {
            Values before = model.values(IDS);
            permuteSlots(model);
            Values after = model.values(IDS);
            assertClose(after.logits(), before.logits());
            assertClose(after.memory(), ordered(before.memory(), DIM, 2, 0, 1));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void numberedSlotsDoNotPermute(TestEngine engine, String variant) {
        try (TestModel model = model(engine, Map.of("variant", variant, "positions", "continuous"), Map.of())) {
            Values before = model.values(IDS);
            permuteSlots(model);
            Values after = model.values(IDS);
            assertDiffers(after.logits(), before.logits());
            assertDiffers(after.memory(), ordered(before.memory(), DIM, 2, 0, 1));
        }
    }

    private static void permuteSlots(TestModel model) {
        model.assign(SLOT_PATH, ordered(model.value(SLOT_PATH).toDoubles(), DIM, 2, 0, 1));
    }

    // ---- property 4 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void equalRowsStayEqualAndGetEqualGradients(TestEngine engine, String variant) {
        try (TestModel model = model(engine, variant)) {
            model.assign(SLOT_PATH, ordered(model.value(SLOT_PATH).toDoubles(), DIM, 0, 0, 0));
            double[] memory = model.values(IDS).memory();
            double[] gradient = model.gradients(run -> run.logits().square().sum(), null, IDS)
                    .get(SLOT_PATH);
            for (int slot = 1; slot < SLOTS; slot++) {
                assertClose(row(memory, DIM, slot), row(memory, DIM, 0));
                assertClose(row(gradient, DIM, slot), row(gradient, DIM, 0));
            }
        }
    }

    // ---- property 5 ----

    /** Updates nothing: tokens see fixed rows in every block. */
    private record FixedRows(Writer actual) implements Writer {
        @Override
        public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
            Tensor rows = Objects.requireNonNull(input.apart());
            return state.with(MemoryTransformerWriter.IN_SIGHT, rows);
        }

        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            return actual.write(trace, state, pass);
        }

        @Override
        public void close() {
            actual.close();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void behindTheBottleneckTokensSeeEachOtherThroughMemoryOnly(TestEngine engine) {
        long[] distinct = {0, 1, 2, 3, 4, 5};
        long[] changed = {0, 1, 2, 6, 4, 5};
        MemoryTransformerConfig config = TestModel.memory(Map.of("variant", "mem-bottleneck"));
        try (TestModel fixed = TestModel.create(
                        engine.backend(),
                        config,
                        TestModel.backbone(Map.of()),
                        TestModel.task(Form.ENCODER),
                        FixedRows::new);
                TestModel model = model(engine, "mem-bottleneck")) {
            double[] gradient = fixed.gradients(
                            run -> run.logits().slice(1, 1, 2).square().sum(), null, distinct)
                    .get("controller.input.tokens.weight");
            for (int id = 0; id < CLASSES; id++) {
                double[] ofToken = row(gradient, DIM, id);
                if (id == 1) {
                    assertThat(Arrays.stream(ofToken).map(Math::abs).max().orElseThrow())
                            .isGreaterThan(1e-3);
                } else {
                    assertThat(ofToken).containsOnly(0);
                }
            }
            double[] heldFixed = fixed.values(distinct).logits();
            assertThat(rows(fixed.values(changed).logits(), CLASSES, 0, 3)).isEqualTo(rows(heldFixed, CLASSES, 0, 3));
            assertDiffers(
                    rows(model.values(changed).logits(), CLASSES, 0, 3),
                    rows(model.values(distinct).logits(), CLASSES, 0, 3));
        }
    }

    // ---- property 6 ----

    @ParameterizedTest
    @MethodSource("engines")
    void tokensPermutedWithTheirPositionsPermuteTheirOutputsOnly(TestEngine engine) {
        int[] order = {4, 2, 0, 5, 1, 3};
        long[] permuted = Arrays.stream(order).mapToLong(i -> IDS[i]).toArray();
        String table = "controller.input.positions.weight";
        try (TestModel model = model(engine, Map.of(), Map.of("positions", "learned"))) {
            Values before = model.values(IDS);
            model.assign(table, ordered(model.value(table).toDoubles(), DIM, 4, 2, 0, 5, 1, 3, 6, 7));
            Values after = model.values(permuted);
            assertClose(after.logits(), ordered(before.logits(), CLASSES, order));
            assertClose(after.memory(), before.memory());
        }
    }

    // ---- property 7 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void paddingChangesNoValidOutputNoMemoryRowAndNoGradient(TestEngine engine, String variant) {
        long[] shortIds = Arrays.copyOf(IDS, 4);
        boolean[] valid = {true, true, true, true, false, false};
        long[] otherPadding = {3, 1, 4, 1, 6, 6};
        try (TestModel model = model(engine, variant)) {
            Values alone = model.values(shortIds);
            Values padded = model.values(valid, IDS);
            assertClose(rows(padded.logits(), CLASSES, 0, 4), alone.logits());
            assertClose(padded.memory(), alone.memory());
            Values repadded = model.values(valid, otherPadding);
            assertThat(repadded.memory()).isEqualTo(padded.memory());
            assertThat(rows(repadded.logits(), CLASSES, 0, 4)).isEqualTo(rows(padded.logits(), CLASSES, 0, 4));

            Map<String, double[]> expected = model.gradients(run -> loss(run, 4), null, shortIds);
            model.gradients(run -> loss(run, 4), valid, IDS)
                    .forEach((path, gradient) -> assertClose(gradient, expected.get(path)));
        }
    }

    private static Tensor loss(Run run, int length) {
        return run.logits()
                .slice(1, 0, length)
                .square()
                .sum()
                .add(run.memory().square().mul(run.memory()).sum());
    }

    // ---- property 8 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void aBatchRowDependsOnItsOwnInputOnly(TestEngine engine, String variant) {
        try (TestModel model = model(engine, variant)) {
            Values both = model.values(IDS, OTHER_IDS);
            Values first = model.values(IDS);
            Values second = model.values(OTHER_IDS);
            assertClose(rows(both.logits(), CLASSES, 0, 6), first.logits());
            assertClose(rows(both.logits(), CLASSES, 6, 12), second.logits());
            assertClose(rows(both.memory(), DIM, 0, SLOTS), first.memory());
            assertClose(rows(both.memory(), DIM, SLOTS, 2 * SLOTS), second.memory());
        }
    }

    // ---- property 10, second half ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void anEncoderCannotBeStreamed(TestEngine engine, String variant) {
        try (TestModel model = model(engine, Map.of("variant", variant), Map.of("positions", "none"));
                TensorScope scope = engine.backend().scope()) {
            Segment opening = model.segment(null, IDS);
            assertThatThrownBy(() ->
                            model.mechanism().controller().stream(opening, MemoryState.empty(), Pass.evaluation()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot be streamed");
            assertDiffers(
                    model.values(Arrays.copyOf(IDS, 3)).logits(),
                    rows(model.values(IDS).logits(), CLASSES, 0, 3));
        }
    }

    // ---- property 12 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void logitsHaveOneRowPerToken(TestEngine engine, String variant) {
        try (TestModel model = model(engine, variant)) {
            assertThat(model.values(IDS, OTHER_IDS).logits()).hasSize(2 * IDS.length * CLASSES);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void parametersGrowByTheSlotsAndByTheWriterSets(TestEngine engine) {
        int feedForward = 12;
        long set = 4 * DIM * DIM + 4 * DIM + 2 * DIM * feedForward + feedForward + DIM + 4 * DIM;
        Map<Map<String, ?>, Long> expected = new HashMap<>();
        expected.put(Map.of(), 0L);
        expected.put(Map.of("variant", "mem-ctrl"), 2 * set);
        expected.put(Map.of("variant", "mem-bottleneck"), 2 * set);
        expected.put(Map.of("variant", "mem-ctrl", "shared_writer", true), set);
        try (TestModel plain = model(engine, Map.of("slots", 0), Map.of("norm", "post"))) {
            expected.forEach((settings, writer) -> {
                try (TestModel model = model(engine, settings, Map.of("norm", "post"))) {
                    assertThat(model.mechanism().parameterCount())
                            .isEqualTo(plain.mechanism().parameterCount() + SLOTS * DIM + writer);
                }
            });
        }
    }

    // ---- property 13 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void nothingIsCarriedAndNothingIsLeftBehind(TestEngine engine, String variant) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        try (TestModel model = model(engine, variant)) {
            assertThat(model.mechanism().memory().schema().entries()).isEmpty();
            assertThat(model.mechanism().memory().initialState(2).isEmpty()).isTrue();
            Values first = model.values(IDS);
            model.gradients(run -> run.logits().sum(), null, OTHER_IDS);
            Values second = model.values(IDS);
            assertThat(second.logits()).isEqualTo(first.logits());
            assertThat(second.memory()).isEqualTo(first.memory());
            try (TensorScope scope = backend.scope()) {
                assertThat(model.mechanism()
                                .controller()
                                .step(model.segment(null, IDS), MemoryState.empty(), Pass.evaluation())
                                .next()
                                .isEmpty())
                        .isTrue();
            }
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    // ---- property 14 ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void gradientsReachEverySlot(TestEngine engine, String variant) {
        try (TestModel model = model(engine, variant)) {
            double[] gradient = model.gradients(run -> run.logits().square().sum(), null, IDS)
                    .get(SLOT_PATH);
            for (int slot = 0; slot < SLOTS; slot++) {
                assertThat(Arrays.stream(row(gradient, DIM, slot))
                                .map(Math::abs)
                                .max()
                                .orElseThrow())
                        .isGreaterThan(1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theLastMemorySetOfMemCtrlGetsNoGradientFromTokens(TestEngine engine) {
        try (TestModel model = model(engine, "mem-ctrl")) {
            Map<String, double[]> gradients =
                    model.gradients(run -> run.logits().square().sum(), null, IDS);
            gradients.forEach((path, gradient) -> {
                if (path.startsWith("writer.layers.1.") || path.startsWith("writer.norm.")) {
                    assertThat(gradient).as(path).containsOnly(0);
                } else if (path.startsWith("writer.layers.0.") && path.endsWith("weight")) {
                    assertThat(Arrays.stream(gradient).anyMatch(value -> value != 0))
                            .as(path)
                            .isTrue();
                }
            });
        }
    }

    // ---- lesions and other backbones ----

    @ParameterizedTest
    @MethodSource("enginesAndVariants")
    void aLesionedModelEqualsOneWithTheFirstSlotsOnly(TestEngine engine, String variant) {
        try (TestModel lesioned = model(engine, Map.of("variant", variant, "kept_slots", 2), Map.of());
                TestModel small = model(engine, Map.of("variant", variant, "slots", 2), Map.of())) {
            small.assign(SLOT_PATH, rows(lesioned.value(SLOT_PATH).toDoubles(), DIM, 0, 2));
            assertThat(lesioned.values(IDS).logits())
                    .isEqualTo(small.values(IDS).logits());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aLesionLeavesTheTokensTheirPositions(TestEngine engine) {
        String table = "controller.input.positions.weight";
        try (TestModel lesioned = model(engine, Map.of("positions", "continuous", "kept_slots", 0), Map.of());
                TestModel plain = model(engine, Map.of("slots", 0), Map.of())) {
            double[] positions = lesioned.value(table).toDoubles();
            plain.assign(table, rows(positions, DIM, SLOTS, SLOTS + 8));
            assertThat(lesioned.values(IDS).logits())
                    .isEqualTo(plain.values(IDS).logits());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void memoryCarriesWhatAnAttentionWindowCutsOff(TestEngine engine) {
        long[] changedEnd = {3, 1, 4, 1, 5, 6};
        Map<String, ?> narrow = Map.of("attention_window", 1);
        try (TestModel without = model(engine, Map.of("slots", 0), narrow)) {
            assertThat(row(without.values(changedEnd).logits(), CLASSES, 0))
                    .isEqualTo(row(without.values(IDS).logits(), CLASSES, 0));
        }
        for (String variant : VARIANTS) {
            try (TestModel model = model(engine, Map.of("variant", variant), narrow)) {
                assertDiffers(
                        row(model.values(changedEnd).logits(), CLASSES, 0),
                        row(model.values(IDS).logits(), CLASSES, 0));
            }
        }
    }
}
