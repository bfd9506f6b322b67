package dev.mneme.memformer;

import static dev.mneme.memformer.TestModel.CLASSES;
import static dev.mneme.memformer.TestModel.DIM;
import static dev.mneme.memformer.TestModel.SLOTS;
import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.assertFinite;
import static dev.mneme.tck.Rows.difference;
import static dev.mneme.tck.Rows.norm;
import static dev.mneme.tck.Rows.ordered;
import static dev.mneme.tck.Rows.row;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memformer.TestModel.Step;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.Written;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds of whole models, without training. */
final class MemformerModelTest {
    private static final long[] IDS = {3, 1, 4, 1, 5, 2};
    private static final long[] OTHER_IDS = {6, 0, 2, 5, 3, 1};
    private static final long[] THIRD_IDS = {2, 2, 6, 4, 0, 5};

    static Stream<Arguments> enginesVariantsAndForms() {
        return TestEngine.all().stream()
                .flatMap(engine -> Stream.of("bmn", "gru", "membart")
                        .flatMap(variant -> Arrays.stream(Form.values())
                                .filter(form -> form != Form.DECODER || !variant.equals("membart"))
                                .map(form -> Arguments.of(engine, variant, form))));
    }

    static Stream<Arguments> enginesAndSlotVariants() {
        return TestEngine.all().stream()
                .flatMap(engine -> Stream.of("bmn", "gru").map(variant -> Arguments.of(engine, variant)));
    }

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    // ---- property 1: the state does not grow ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void theStateHasOneSizeAfterAnyNumberOfSegments(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            Segment segment = model.segment(form, null, IDS, OTHER_IDS);
            MemoryState state = model.initialState(2);
            for (int i = 0; i < 100; i++) {
                state = model.step(segment, state).slots();
                model.mechanism().memory().schema().check(state, 2);
                assertThat(state.bytes()).isEqualTo(2L * SLOTS * DIM * Double.BYTES);
            }
            assertFinite(SegmentWindow.slots(state).toDoubles());
        }
    }

    // ---- property 4 ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void permutedSlotsPermuteTheStateAndLeaveLogitsAlone(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            String start = model.parameters().keySet().iterator().next();
            Segment first = model.segment(form, null, IDS);
            Segment second = model.segment(form, null, OTHER_IDS);
            Step before =
                    model.step(second, model.step(first, model.initialState(1)).slots());
            model.assign(start, ordered(model.value(start).toDoubles(), DIM, 2, 0, 1));
            Step after =
                    model.step(second, model.step(first, model.initialState(1)).slots());
            assertClose(after.logits().toDoubles(), before.logits().toDoubles());
            assertClose(after.hidden().toDoubles(), before.hidden().toDoubles());
            assertClose(after.memory().toDoubles(), ordered(before.memory().toDoubles(), DIM, 2, 0, 1));
        }
    }

    // ---- property 6 ----

    @ParameterizedTest
    @MethodSource("enginesAndSlotVariants")
    void withoutReadsItIsThePlainTransformer(TestEngine engine, String variant) {
        TensorBackend backend = engine.backend();
        for (Form form : Form.values()) {
            try (TestModel model = TestModel.create(backend, Map.of("variant", variant), Map.of(), form);
                    Mechanism plain = plain(backend, form);
                    TensorScope scope = backend.scope()) {
                for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
                    if (entry.getKey().matches("reader[.]layers[.].*[.]output[.]weight")) {
                        model.assign(entry.getKey(), new double[DIM * DIM]);
                    }
                }
                Segment segment = model.segment(form, null, IDS, OTHER_IDS);
                Tensor slots = backend.normal(Shape.of(2, SLOTS, DIM), DType.F64, 4);
                Step step = model.step(segment, MemoryState.of(Map.of(MemformerMemory.SLOTS, slots)));
                Tensor expected = plain.controller()
                        .step(segment, MemoryState.empty(), Pass.evaluation())
                        .logits();
                assertThat(step.logits().toDoubles()).isEqualTo(expected.toDoubles());
            }
        }
    }

    private static Mechanism plain(TensorBackend backend, Form form) {
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F64, TestModel.SEED),
                TestModel.backbone(Map.of()),
                TestModel.task(form));
        Mechanism plain = new NoMemoryProvider().create(new NoMemoryProvider.Config(), context);
        TestModel.spreadOut(plain.parameters());
        return plain;
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void whatIsReadDependsOnTheSegmentsBefore(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Segment last = model.segment(form, null, THIRD_IDS);
            double[] one = model.step(last, after(model, form, IDS)).logits().toDoubles();
            double[] other =
                    model.step(last, after(model, form, OTHER_IDS)).logits().toDoubles();
            assertDiffers(other, one);
        }
    }

    private static MemoryState after(TestModel model, Form form, long[]... ids) {
        return model.step(model.segment(form, null, ids), model.initialState(ids.length))
                .slots();
    }

    // ---- property 9 ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void aStateSavedAndRestoredGoesOnAsIfNothingHadHappened(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Segment next = model.segment(form, null, THIRD_IDS, IDS);
            MemoryState state = after(model, form, IDS, OTHER_IDS);
            Step expected = model.step(next, state);
            Step restored = model.step(next, model.restored(state));
            assertThat(restored.logits().toDoubles())
                    .isEqualTo(expected.logits().toDoubles());
            assertThat(restored.memory().toDoubles())
                    .isEqualTo(expected.memory().toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void aSampleThatStartsAnewIsFreshAndTheOthersGoOn(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Segment next = model.segment(form, null, THIRD_IDS, THIRD_IDS);
            MemoryState state = after(model, form, IDS, OTHER_IDS);
            Tensor mask = backend.tensor(new boolean[] {false, true}, Shape.of(2));
            Step mixed = model.step(next, state.reset(mask, model.initialState(2)));
            Step going = model.step(next, state);
            Step fresh = model.step(next, model.initialState(2));
            int length = THIRD_IDS.length;
            assertClose(
                    rows(mixed.logits().toDoubles(), CLASSES, 0, length),
                    rows(going.logits().toDoubles(), CLASSES, 0, length));
            assertClose(
                    rows(mixed.logits().toDoubles(), CLASSES, length, 2 * length),
                    rows(fresh.logits().toDoubles(), CLASSES, length, 2 * length));
            assertClose(
                    rows(mixed.memory().toDoubles(), DIM, 0, SLOTS),
                    rows(going.memory().toDoubles(), DIM, 0, SLOTS));
            assertClose(
                    rows(mixed.memory().toDoubles(), DIM, SLOTS, 2 * SLOTS),
                    rows(fresh.memory().toDoubles(), DIM, SLOTS, 2 * SLOTS));
        }
    }

    // ---- forms ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void paddingChangesNothing(TestEngine engine, String variant, Form form) {
        boolean[] valid = {true, true, true, true, false, false};
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Tensor target = form == Form.ENCODER_DECODER ? model.tokens(OTHER_IDS) : null;
            Segment padded = new Segment(model.tokens(IDS), backend.tensor(valid, Shape.of(1, 6)), target);
            Segment cut = new Segment(model.tokens(Arrays.copyOf(IDS, 4)), null, target);
            Step actual = model.step(padded, model.initialState(1));
            Step expected = model.step(cut, model.initialState(1));
            assertClose(actual.memory().toDoubles(), expected.memory().toDoubles());
            int scored = form == Form.ENCODER_DECODER ? OTHER_IDS.length : 4;
            assertClose(
                    rows(actual.logits().toDoubles(), CLASSES, 0, scored),
                    rows(expected.logits().toDoubles(), CLASSES, 0, scored));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void aSegmentOfPaddingStaysFinite(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Segment padding = model.segment(form, new boolean[6], IDS);
            Step step = model.step(padding, model.initialState(1));
            assertFinite(step.memory().toDoubles());
            assertFinite(step.logits().toDoubles());
            if (variant.equals("bmn")) {
                double[] initial = SegmentWindow.slots(model.initialState(1)).toDoubles();
                assertClose(step.memory().toDoubles(), initial);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void theMemoryPathAloneGivesTheSameState(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            Segment segment = model.segment(form, null, IDS, OTHER_IDS);
            Written alone = model.mechanism().controller().advance(segment, model.initialState(2), Pass.evaluation());
            assertThat(SegmentWindow.slots(alone.next()).toDoubles())
                    .isEqualTo(
                            model.step(segment, model.initialState(2)).memory().toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndSlotVariants")
    void logitsOfADecoderDoNotDependOnLaterTokens(TestEngine engine, String variant) {
        long[] changed = {3, 1, 4, 0, 6, 5};
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, Form.DECODER);
                TensorScope scope = backend.scope()) {
            MemoryState state = after(model, Form.DECODER, OTHER_IDS);
            double[] before = model.step(model.segment(Form.DECODER, null, IDS), state)
                    .logits()
                    .toDoubles();
            double[] after = model.step(model.segment(Form.DECODER, null, changed), state)
                    .logits()
                    .toDoubles();
            assertClose(rows(after, CLASSES, 0, 3), rows(before, CLASSES, 0, 3));
            assertDiffers(rows(after, CLASSES, 3, 6), rows(before, CLASSES, 3, 6));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndSlotVariants")
    void streamingADecoderEqualsOnePassAndLeavesTheSameState(TestEngine engine, String variant) {
        TensorBackend backend = engine.backend();
        for (Map<String, ?> backbone : List.of(
                Map.<String, Object>of(),
                Map.of("positions", "relative", "projection_bias", true),
                Map.of("norm", "post", "attention_window", 2))) {
            long before = backend.memory().liveTensors();
            try (TestModel model = TestModel.create(backend, Map.of("variant", variant), backbone, Form.DECODER);
                    TensorScope scope = backend.scope();
                    GradientMode off = backend.noGradient()) {
                MemoryState state = after(model, Form.DECODER, OTHER_IDS, THIRD_IDS);
                Tensor tokens = model.tokens(IDS, OTHER_IDS);
                Step whole = model.step(new Segment(tokens, null, null), state);
                for (int[] pieces : new int[][] {{1, 1, 1, 1, 1, 1}, {4, 2}}) {
                    List<Tensor> logits = new ArrayList<>();
                    Segment opening = new Segment(tokens.slice(1, 0, 0), null, null);
                    try (SegmentStream stream =
                            model.mechanism().controller().stream(opening, state, Pass.evaluation())) {
                        long from = 0;
                        for (int piece : pieces) {
                            logits.add(stream.feed(tokens.slice(1, from, from + piece)));
                            from += piece;
                        }
                        double[] slots = SegmentWindow.slots(stream.finish()).toDoubles();
                        assertThat(difference(slots, whole.memory().toDoubles()))
                                .isLessThan(1e-10);
                    }
                    double[] streamed = backend.concat(logits, 1).toDoubles();
                    assertThat(difference(streamed, whole.logits().toDoubles())).isLessThan(1e-10);
                }
            }
            assertThat(backend.memory().liveTensors()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndSlotVariants")
    void aStreamThatEndsBeforeItsFirstTokenForgetsNothing(TestEngine engine, String variant) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, Form.DECODER);
                TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            MemoryState state = after(model, Form.DECODER, IDS);
            Segment opening = new Segment(model.tokens(IDS).slice(1, 0, 0), null, null);
            try (SegmentStream stream = model.mechanism().controller().stream(opening, state, Pass.evaluation())) {
                assertThat(SegmentWindow.slots(stream.finish()).toDoubles())
                        .isEqualTo(SegmentWindow.slots(state).toDoubles());
            }
        }
    }

    // ---- the MemBART variant ----

    @ParameterizedTest
    @MethodSource("engines")
    void aDecoderOfMemBartSeesTheWrittenSlotsThenTheTokens(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, "membart", Form.ENCODER_DECODER);
                TensorScope scope = backend.scope()) {
            Step step = model.step(model.segment(Form.ENCODER_DECODER, null, IDS), model.initialState(1));
            double[] source = step.source().toDoubles();
            assertThat(rows(source, DIM, 0, SLOTS)).isEqualTo(step.memory().toDoubles());
            assertThat(rows(source, DIM, SLOTS, SLOTS + IDS.length))
                    .isEqualTo(step.hidden().toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aClosedGateOfMemBartKeepsTheNormalisedSlots(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, "membart", Form.ENCODER);
                TensorScope scope = backend.scope()) {
            model.assign("writer.gate.output.weight", new double[DIM]);
            model.assign("writer.gate.output.bias", new double[] {-800});
            model.assign("writer.norm.gain", ones(DIM));
            model.assign("writer.norm.bias", new double[DIM]);
            double[] kept = SegmentWindow.slots(after(model, Form.ENCODER, IDS)).toDoubles();
            double[] bias = model.value("memory.memory_bias").toDoubles();
            double[] expected = model.value("memory.memory_bias")
                    .layerNorm(null, null, 1e-5)
                    .toDoubles();
            assertClose(kept, expected);
            assertDiffers(kept, bias);
        }
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    // ---- initial values ----

    @ParameterizedTest
    @MethodSource("engines")
    void restingVectorsStartAboutOneLongAndDoNotDecay(TestEngine engine) {
        try (TestModel model =
                TestModel.create(engine.backend(), Map.of("slots", 200), Map.of("dim", 64), Form.DECODER)) {
            double[] values = model.value("memory.v_bias").toDoubles();
            double mean = 0;
            for (int slot = 0; slot < 200; slot++) {
                mean += norm(row(values, 64, slot)) / 200;
            }
            assertThat(mean).isCloseTo(1, within(0.03));
            assertThat(model.parameters().get("memory.v_bias").decays()).isFalse();
        }
    }
}
