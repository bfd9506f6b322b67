package dev.mneme.recurrentmemory;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.difference;
import static dev.mneme.tck.Rows.ordered;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.Controller;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds without training for decoders, standard and xl. */
final class RecurrentMemoryDecoderTest {
    private static final int DIM = TestModel.DIM;
    private static final int VOCABULARY = TestModel.VOCABULARY;
    private static final int SLOTS = TestModel.SLOTS;
    private static final long[] FIRST = {3, 1, 4, 1, 5};
    private static final long[] SECOND = {2, 6, 5, 3, 0};
    private static final long[] THIRD = {0, 4, 4, 2, 6};
    private static final long[] OTHER = {6, 0, 2, 5, 3};

    static Stream<Arguments> forms() {
        return DecoderForm.onAllEngines();
    }

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    // ---- property 1 ----

    @ParameterizedTest
    @MethodSource("engines")
    void withoutRowsTheStandardFormIsThePlainBackboneSegmentBySegment(TestEngine engine) {
        TensorBackend backend = engine.backend();
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F64, 5), TestModel.backbone(Map.of()), TestModel.task(Form.DECODER));
        try (TestModel model = DecoderForm.STANDARD.create(backend, Map.of("slots", 0));
                Mechanism plain = new NoMemoryProvider().create(NoMemoryProvider.Config.defaults(), context);
                TensorScope scope = backend.scope()) {
            TestModel.spreadOut(plain.parameters());
            List<double[]> logits = model.logits(model.tokens(FIRST), model.tokens(SECOND));
            assertThat(logits.get(0)).isEqualTo(plainLogits(plain, model.tokens(FIRST)));
            assertThat(logits.get(1)).isEqualTo(plainLogits(plain, model.tokens(SECOND)));
            assertThat(model.initialState(1).isEmpty()).isTrue();
        }
    }

    private static double[] plainLogits(Mechanism plain, Tensor tokens) {
        return plain.controller()
                .step(new Segment(tokens, null, null), MemoryState.empty(), Pass.evaluation())
                .logits()
                .toDoubles();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void withoutRowsAndCacheSegmentsKnowNothingOfEachOther(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine.backend(), Map.of("slots", 0));
                TensorScope scope = engine.backend().scope()) {
            double[] after =
                    model.logits(model.tokens(OTHER), model.tokens(SECOND)).get(1);
            double[] alone = model.logits(model.tokens(SECOND)).get(0);
            if (form.hasCache()) {
                assertDiffers(after, alone);
            } else {
                assertThat(after).isEqualTo(alone);
            }
        }
    }

    // ---- property 2 ----

    @ParameterizedTest
    @MethodSource("forms")
    void theStateDoesNotGrow(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            MemoryState initial = model.initialState(2);
            Tensor tokens = model.tokens(FIRST, SECOND);
            for (Step step : model.steps(initial, tokens, tokens, tokens, tokens)) {
                assertThat(step.next().toString()).isEqualTo(initial.toString());
                assertThat(step.next().bytes())
                        .isEqualTo(model.mechanism().memory().schema().boundBytes(2));
            }
            if (!form.hasCache()) {
                assertThat(initial.tensors().keySet()).containsExactly("memory");
                assertThat(initial.get("memory").shape().toArray()).containsExactly(2, SLOTS, DIM);
            }
        }
    }

    // ---- property 3 ----

    @ParameterizedTest
    @MethodSource("forms")
    void aStateThatWasSavedAndRestoredGoesOnAsIfNothingHadHappened(TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope()) {
            Tensor[] segments = {model.tokens(FIRST, OTHER), model.tokens(SECOND, FIRST), model.tokens(THIRD, SECOND)};
            List<double[]> whole = model.logits(segments);
            MemoryState state = model.initialState(2);
            for (int i = 0; i < segments.length; i++) {
                try (TensorScope inner = backend.scope();
                        GradientMode off = backend.noGradient()) {
                    Step step = model.step(new Segment(segments[i], null, null), state);
                    assertClose(step.logits().toDoubles(), whole.get(i));
                    state = model.restored(step.next());
                    state.tensors().values().forEach(inner::keep);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void otherSegmentBoundariesGiveOtherResults(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            Tensor whole = model.tokens(FIRST, SECOND);
            double[] one = model.logits(whole).get(0);
            List<double[]> two = model.logits(whole.slice(1, 0, 3), whole.slice(1, 3, 5));
            double[] oneEnd = rows(one, VOCABULARY, 3, 5);
            assertDiffers(rows(two.get(1), VOCABULARY, 0, 2), oneEnd);
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void feedingASegmentPieceByPieceEqualsOneStep(TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        int[][] cuts = {{1, 1, 1, 1, 1}, {5}, {3, 2}, {1, 4}};
        long before = backend.memory().liveTensors();
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            Tensor[] segments = {model.tokens(FIRST, OTHER), model.tokens(SECOND, FIRST), model.tokens(THIRD, SECOND)};
            Segment opening = new Segment(segments[0].slice(1, 0, 0), null, null);
            for (int[] cut : cuts) {
                MemoryState stepped = model.initialState(2);
                MemoryState streamed = stepped;
                for (Tensor tokens : segments) {
                    Step expected = model.step(new Segment(tokens, null, null), stepped);
                    StepResult actual = model.streamed(streamed, opening, tokens, cut);
                    assertThat(difference(
                                    actual.logits().toDoubles(),
                                    expected.logits().toDoubles()))
                            .isLessThan(1e-10);
                    assertSameState(actual.next(), expected.next());
                    stepped = expected.next();
                    streamed = actual.next();
                }
            }
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aStreamCanEndBeforeItsFirstToken(TestEngine engine, DecoderForm form) {
        try (TensorScope scope = engine.backend().scope()) {
            for (int slots : new int[] {0, SLOTS}) {
                try (TestModel model = form.create(engine.backend(), Map.of("slots", slots))) {
                    Segment opening = new Segment(model.tokens(FIRST).slice(1, 0, 0), null, null);
                    try (var stream =
                            model.mechanism().controller().stream(opening, model.initialState(1), Pass.evaluation())) {
                        model.mechanism().memory().schema().check(stream.finish(), 1);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aSegmentThatIsTooLongIsRefused(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            Tensor twice = model.tokens(new long[2 * TestModel.LONGEST]);
            assertThatThrownBy(() -> model.step(new Segment(twice, null, null), model.initialState(1)))
                    .hasMessageContaining("SHAPE_MISMATCH")
                    .hasMessageContaining("model.segment");
            Segment opening = new Segment(twice.slice(1, 0, 0), null, null);
            assertThatThrownBy(() -> model.streamed(model.initialState(1), opening, twice, 4, 8))
                    .hasMessageContaining("SHAPE_MISMATCH");
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theMemoryPathAloneLeavesTheSameStateAndDropsTheSameUnits(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine.backend(), Map.of(), Map.of("dropout", 0.3));
                TensorScope scope = engine.backend().scope()) {
            Segment segment = model.segment(null, FIRST, SECOND);
            MemoryState state = model.steps(model.initialState(2), model.tokens(OTHER, THIRD))
                    .get(0)
                    .next();
            Controller controller = model.mechanism().controller();
            MemoryState advanced = controller
                    .advance(segment, state, Pass.training(new RandomSource(3)))
                    .next();
            assertSameState(
                    advanced,
                    controller
                            .step(segment, state, Pass.training(new RandomSource(3)))
                            .next());
            assertDiffers(
                    values(advanced.get(RecurrentMemory.ROWS)),
                    values(model.step(segment, state).memory()));
        }
    }

    // ---- property 4 ----

    @ParameterizedTest
    @MethodSource("forms")
    void readRowsKnowNothingOfTheSegmentTheyStandBefore(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.steps(model.initialState(1), model.tokens(FIRST))
                    .get(0)
                    .next();
            double[] expected = model.step(model.segment(null, SECOND), state)
                    .trace()
                    .leadingOutput()
                    .toDoubles();
            for (long[] ids : new long[][] {OTHER, {1, 2}}) {
                double[] actual = model.step(model.segment(null, ids), state)
                        .trace()
                        .leadingOutput()
                        .toDoubles();
                assertClose(actual, expected);
            }
        }
    }

    // ---- property 5 ----

    @ParameterizedTest
    @MethodSource("forms")
    void aTokenChangesWhatComesAfterItAndNothingBefore(TestEngine engine, DecoderForm form) {
        long[] changed = {3, 1, 4, 0, 5};
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            List<double[]> before = model.logits(model.tokens(FIRST), model.tokens(SECOND));
            List<double[]> after = model.logits(model.tokens(changed), model.tokens(SECOND));
            assertClose(rows(after.get(0), VOCABULARY, 0, 3), rows(before.get(0), VOCABULARY, 0, 3));
            assertDiffers(rows(after.get(0), VOCABULARY, 3, 4), rows(before.get(0), VOCABULARY, 3, 4));
            assertDiffers(model.memoryAfter(model.tokens(changed)), model.memoryAfter(model.tokens(FIRST)));
            assertDiffers(rows(after.get(1), VOCABULARY, 0, 1), rows(before.get(1), VOCABULARY, 0, 1));
        }
    }

    // ---- property 6 ----

    @ParameterizedTest
    @MethodSource("forms")
    void rowsInFrontAloneCarryNothingOfTheText(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine.backend(), Map.of("mem_at_end", false));
                TensorScope scope = engine.backend().scope()) {
            assertThat(model.memoryAfter(model.tokens(OTHER))).isEqualTo(model.memoryAfter(model.tokens(FIRST)));
            Step step = model.step(model.segment(null, FIRST), model.initialState(1));
            Map<String, double[]> gradients =
                    model.gradients(step.memory().square().mul(step.memory()).sum());
            String tokens =
                    form == DecoderForm.STANDARD ? "controller.input.tokens.weight" : "controller.tokens.weight";
            assertThat(gradients.get(tokens)).containsOnly(0);
            assertThat(largest(gradients.get("memory.slots"))).isGreaterThan(1e-4);
            Segment opening = new Segment(model.tokens(FIRST).slice(1, 0, 0), null, null);
            StepResult streamed = model.streamed(model.initialState(1), opening, model.tokens(FIRST), 2, 3);
            assertClose(streamed.logits().toDoubles(), step.logits().toDoubles());
            assertSameState(streamed.next(), step.next());
        }
    }

    // ---- property 10 ----

    /** Takes positions from memory rows and lets them see their whole block, so that nothing tells one from another. */
    private record Interchangeable(Reader actual) implements Reader {
        @Override
        public SequenceRows rows(MemoryState state, long batch) {
            SequenceRows rows = actual.rows(state, batch);
            return new SequenceRows(rows.rows(), rows.trailing(), rows.placement(), true, 0);
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            return actual.read(request, state, pass);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void rowsWithoutPositionsAreInterchangeableAndOthersAreNot(TestEngine engine) {
        try (TensorScope scope = engine.backend().scope();
                TestModel positioned = DecoderForm.STANDARD.create(engine);
                TestModel free = TestModel.create(
                        engine.backend(),
                        TestModel.memory(Map.of()),
                        TestModel.backbone(Map.of()),
                        TestModel.task(Form.DECODER),
                        Interchangeable::new)) {
            int[] order = {2, 0, 1};
            assertClose(afterReordering(free, order), ordered(memoryAfterFirst(free), DIM, order));
            assertDiffers(afterReordering(positioned, order), ordered(memoryAfterFirst(positioned), DIM, order));
        }
    }

    private static double[] memoryAfterFirst(TestModel model) {
        return model.memoryAfter(model.tokens(FIRST));
    }

    private static double[] afterReordering(TestModel model, int... order) {
        double[] slots = model.value("memory.slots").toDoubles();
        model.assign("memory.slots", ordered(slots, DIM, order));
        double[] memory = memoryAfterFirst(model);
        model.assign("memory.slots", slots);
        return memory;
    }

    // ---- property 11 ----

    @ParameterizedTest
    @MethodSource("forms")
    void regroupingTheBatchCommutesWithTheStep(TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope()) {
            MemoryState state = model.steps(model.initialState(3), model.tokens(FIRST, SECOND, THIRD))
                    .get(0)
                    .next();
            Tensor tokens = model.tokens(OTHER, FIRST, SECOND);
            Tensor order = backend.tensor(new long[] {2, 0}, Shape.of(2));
            Step whole = model.step(new Segment(tokens, null, null), state);
            Step regrouped = model.step(new Segment(tokens.indexSelect(0, order), null, null), state.select(order));
            assertClose(
                    regrouped.logits().toDoubles(),
                    whole.logits().indexSelect(0, order).toDoubles());
            assertSameState(regrouped.next(), whole.next().select(order));
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aStreamThatStartsAnewKnowsNothingOfWhatItsRowHeldBefore(TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope()) {
            MemoryState carried = model.steps(
                            model.initialState(2), model.tokens(FIRST, OTHER), model.tokens(SECOND, THIRD))
                    .get(1)
                    .next();
            Tensor mask = backend.tensor(new boolean[] {false, true}, Shape.of(2));
            MemoryState state = carried.reset(mask, model.initialState(2));
            List<Step> both = model.steps(state, model.tokens(THIRD, FIRST), model.tokens(OTHER, SECOND));
            List<double[]> kept =
                    model.logits(model.tokens(FIRST), model.tokens(SECOND), model.tokens(THIRD), model.tokens(OTHER));
            List<double[]> fresh = model.logits(model.tokens(FIRST), model.tokens(SECOND));
            for (int i = 0; i < 2; i++) {
                double[] logits = both.get(i).logits().toDoubles();
                assertClose(rows(logits, VOCABULARY, 0, 5), kept.get(i + 2));
                assertClose(rows(logits, VOCABULARY, 5, 10), fresh.get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aStreamThatIsAbsentKeepsItsState(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.steps(model.initialState(2), model.tokens(FIRST, OTHER))
                    .get(0)
                    .next();
            boolean[] valid = {true, true, true, true, false, false, false, false, false, false};
            Step step = model.step(model.segment(valid, SECOND, THIRD), state);
            Tensor absent = engine.backend().tensor(new long[] {1}, Shape.of(1));
            step.next()
                    .select(absent)
                    .tensors()
                    .forEach((name, tensor) -> assertThat(values(tensor))
                            .as(name)
                            .isEqualTo(values(state.select(absent).get(name))));
            double[] other = model.step(model.segment(valid, new long[] {2, 6, 5, 3, 4}, OTHER), state)
                    .next()
                    .get("memory")
                    .toDoubles();
            assertThat(other)
                    .as("what stands in padding")
                    .isEqualTo(step.memory().toDoubles());
        }
    }

    // ---- property 14 ----

    /** Cuts the graph at the rows of one end. */
    private record Cut(Reader actual, boolean before) implements Reader {
        @Override
        public SequenceRows rows(MemoryState state, long batch) {
            SequenceRows rows = actual.rows(state, batch);
            return new SequenceRows(
                    before ? detached(rows.rows()) : rows.rows(),
                    before ? rows.trailing() : detached(rows.trailing()),
                    rows.placement(),
                    rows.mutual(),
                    rows.positions());
        }

        private static @Nullable Tensor detached(@Nullable Tensor rows) {
            return rows == null ? null : rows.detach();
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            return actual.read(request, state, pass);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theInitialMemoryIsLearnedThroughBothEnds(TestEngine engine) {
        List<Map<String, ?>> memories = List.of(Map.of(), Map.of("backbone", "xl"));
        List<Map<String, ?>> models = List.of(Map.of(), Map.of("positions", "none"));
        for (int i = 0; i < memories.size(); i++) {
            for (boolean before : new boolean[] {false, true}) {
                try (TensorScope scope = engine.backend().scope();
                        TestModel model = TestModel.create(
                                engine.backend(),
                                TestModel.memory(memories.get(i)),
                                TestModel.backbone(models.get(i)),
                                TestModel.task(Form.DECODER),
                                reader -> new Cut(reader, before))) {
                    List<Step> steps = model.steps(model.initialState(1), model.tokens(FIRST));
                    // With the read rows cut, only the next segment hears of the initial memory, by way of the written.
                    Tensor written = steps.get(0).memory();
                    Tensor loss = before
                            ? written.square().mul(written).sum()
                            : steps.get(0).logits().square().sum();
                    assertThat(largest(model.gradients(loss).get("memory.slots")))
                            .isGreaterThan(1e-4);
                }
            }
        }
    }

    // ---- helpers ----

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    private static double[] values(Tensor tensor) {
        return (tensor.dtype() == DType.BOOL ? tensor.to(DType.F64) : tensor).toDoubles();
    }

    private static void assertSameState(MemoryState actual, MemoryState expected) {
        assertThat(new ArrayList<>(actual.tensors().keySet()))
                .containsExactlyElementsOf(expected.tensors().keySet());
        actual.tensors()
                .forEach((name, tensor) -> assertThat(difference(values(tensor), values(expected.get(name))))
                        .as(name)
                        .isLessThan(1e-10));
    }
}
