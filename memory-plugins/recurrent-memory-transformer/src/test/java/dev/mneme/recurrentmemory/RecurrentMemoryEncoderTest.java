package dev.mneme.recurrentmemory;

import static dev.mneme.tck.Rows.assertClose;
import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.ordered;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.task.Form;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds without training for encoders and encoder-decoders, where memory rows are read and written in one place. */
final class RecurrentMemoryEncoderTest {
    private static final int DIM = TestModel.DIM;
    private static final int SLOTS = TestModel.SLOTS;
    private static final long[] FIRST = {3, 1, 4, 1, 5};
    private static final long[] SECOND = {2, 6, 5, 3, 0};
    private static final long[] OTHER = {6, 0, 2, 5, 3};

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static TestModel model(TestEngine engine, Form form) {
        return TestModel.create(engine.backend(), Map.of(), Map.of(), form);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theNextMemoryIsWhatBecameOfTheRowsInFront(TestEngine engine) {
        try (TestModel model = model(engine, Form.ENCODER);
                TensorScope scope = engine.backend().scope()) {
            Step step = model.step(model.segment(null, FIRST), model.initialState(1));
            assertThat(step.trace().trailing()).isZero();
            assertThat(step.memory().toDoubles())
                    .isEqualTo(step.trace().leadingOutput().toDoubles());
            assertDiffers(model.memoryAfter(model.tokens(OTHER)), step.memory().toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anAbsentRowKeepsItsMemoryAndDisturbsNoOther(TestEngine engine) {
        try (TestModel model = model(engine, Form.ENCODER);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.steps(model.initialState(3), model.tokens(FIRST, SECOND, OTHER))
                    .get(0)
                    .next();
            boolean[] valid = new boolean[15];
            Arrays.fill(valid, true);
            Arrays.fill(valid, 5, 10, false);
            double[] before = state.get(RecurrentMemory.ROWS).toDoubles();
            double[] after = model.step(model.segment(valid, SECOND, OTHER, FIRST), state)
                    .memory()
                    .toDoubles();
            assertThat(rows(after, DIM, SLOTS, 2 * SLOTS)).isEqualTo(rows(before, DIM, SLOTS, 2 * SLOTS));
            double[] present = model.step(model.segment(null, SECOND, SECOND, FIRST), state)
                    .memory()
                    .toDoubles();
            assertClose(rows(after, DIM, 0, SLOTS), rows(present, DIM, 0, SLOTS));
            assertClose(rows(after, DIM, 2 * SLOTS, 3 * SLOTS), rows(present, DIM, 2 * SLOTS, 3 * SLOTS));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void paddingChangesNothing(TestEngine engine) {
        boolean[] valid = {true, true, true, false, false};
        try (TestModel model = model(engine, Form.ENCODER);
                TensorScope scope = engine.backend().scope()) {
            Step padded = model.step(model.segment(valid, FIRST), model.initialState(1));
            Step cut = model.step(model.segment(null, Arrays.copyOf(FIRST, 3)), model.initialState(1));
            assertClose(padded.memory().toDoubles(), cut.memory().toDoubles());
            assertClose(padded.logits().slice(1, 0, 3).toDoubles(), cut.logits().toDoubles());
        }
    }

    // ---- property 10 ----

    @ParameterizedTest
    @MethodSource("engines")
    void rowsWithoutPositionsAreInterchangeableAndOthersAreNot(TestEngine engine) {
        int[] order = {2, 0, 1};
        try (TestModel positioned = model(engine, Form.ENCODER);
                TestModel free =
                        TestModel.create(engine.backend(), Map.of(), Map.of("positions", "none"), Form.ENCODER);
                TensorScope scope = engine.backend().scope()) {
            for (TestModel model : List.of(positioned, free)) {
                double[] expected = ordered(model.memoryAfter(model.tokens(FIRST)), DIM, order);
                model.assign("memory.slots", ordered(model.value("memory.slots").toDoubles(), DIM, order));
                double[] actual = model.memoryAfter(model.tokens(FIRST));
                if (model == free) {
                    assertClose(actual, expected);
                } else {
                    assertDiffers(actual, expected);
                }
            }
        }
    }

    // ---- encoder-decoder ----

    @ParameterizedTest
    @MethodSource("engines")
    void theDecoderHearsOfEarlierSegmentsThroughTheEncodersMemory(TestEngine engine) {
        try (TestModel model = model(engine, Form.ENCODER_DECODER);
                TensorScope scope = engine.backend().scope()) {
            assertDiffers(
                    afterSource(model, OTHER).logits().toDoubles(),
                    afterSource(model, FIRST).logits().toDoubles());
            Step step = afterSource(model, FIRST);
            Map<String, double[]> gradients =
                    model.gradients(step.logits().square().sum());
            assertThat(Arrays.stream(gradients.get("memory.slots"))
                            .map(Math::abs)
                            .max()
                            .orElseThrow())
                    .isGreaterThan(1e-4);
        }
    }

    /** The second segment's step, where the encoder alone ran over the first. */
    private static Step afterSource(TestModel model, long[] source) {
        MemoryState state = model.mechanism()
                .controller()
                .advance(model.segment(null, source), model.initialState(1), Pass.evaluation())
                .next();
        return model.step(second(model), state);
    }

    private static Segment second(TestModel model) {
        return new Segment(model.tokens(SECOND), null, model.tokens(new long[] {0, 2, 4}));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aTargetFedTokenByTokenEqualsOneStep(TestEngine engine) {
        try (TestModel model = model(engine, Form.ENCODER_DECODER);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.mechanism()
                    .controller()
                    .advance(model.segment(null, FIRST), model.initialState(1), Pass.evaluation())
                    .next();
            Step expected = model.step(second(model), state);
            Tensor targets = model.tokens(new long[] {0, 2, 4});
            StepResult actual = model.streamed(state, model.segment(null, SECOND), targets, 1, 2);
            assertThat(Rows.difference(
                            actual.logits().toDoubles(), expected.logits().toDoubles()))
                    .isLessThan(1e-10);
            assertClose(
                    actual.next().get(RecurrentMemory.ROWS).toDoubles(),
                    expected.memory().toDoubles());
        }
    }
}
