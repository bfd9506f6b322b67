package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows from the equations, in F64 on every engine. */
final class TransformerXlPropertiesTest {
    private static final int DIM = 8;

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static long[] stream(int length) {
        return new SplittableRandom(3).longs(length, 0, TestModel.VOCABULARY).toArray();
    }

    private static long[] changing(long[] stream, int position) {
        long[] changed = stream.clone();
        changed[position] = (changed[position] + 1) % TestModel.VOCABULARY;
        return changed;
    }

    private static TestModel model(TestEngine engine, Map<String, ?> memory, int layers) {
        return TestModel.create(engine.backend(), memory, Map.of("layers", layers));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withoutMemorySegmentsKnowNothingOfEachOtherAndTheStateIsEmpty(TestEngine engine) {
        long[] stream = stream(8);
        try (TestModel none = model(engine, Map.of("length", 0), 2);
                TestModel fresh = model(engine, Map.of("length", 6), 2)) {
            assertThat(none.mechanism().memory().schema().entries()).isEmpty();
            double[][] segments = none.logits(stream, 4, 4);
            Rows.assertClose(segments[0], fresh.lastLogits(Arrays.copyOf(stream, 4), 4));
            Rows.assertClose(segments[1], fresh.lastLogits(Arrays.copyOfRange(stream, 4, 8), 4));
            Rows.assertDiffers(segments[1], fresh.lastLogits(stream, 4, 4));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anySplitEqualsOnePassWhileEverythingFitsTheMemory(TestEngine engine) {
        TensorBackend backend = engine.backend();
        long[] stream = stream(12);
        try (TestModel model = model(engine, Map.of("length", 12), 3);
                TensorScope scope = backend.scope()) {
            StepResult whole = model.step(model.initialState(1), stream);
            double[] logits = whole.logits().toDoubles();
            for (int[] lengths : new int[][] {{6, 6}, {1, 11}, {5, 3, 4}}) {
                MemoryState state = model.initialState(1);
                int from = 0;
                for (int length : lengths) {
                    StepResult piece = model.step(state, Arrays.copyOfRange(stream, from, from + length));
                    Rows.assertClose(
                            piece.logits().toDoubles(), Rows.rows(logits, TestModel.VOCABULARY, from, from + length));
                    state = piece.next();
                    from += length;
                }
                for (int layer = 0; layer < 3; layer++) {
                    Rows.assertClose(TestModel.newest(state, layer, 12), TestModel.newest(whole.next(), layer, 12));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void oneLayerSeesExactlyTheTokensUpToItsPlacePlusM(TestEngine engine) {
        int memory = 4;
        int length = 3;
        long[] stream = stream(4 * length);
        try (TestModel model = model(engine, Map.of("length", memory), 1)) {
            assertReach(model, stream, length, i -> i + memory);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void layersReachAsFarAsTheSegmentsTheyRead(TestEngine engine) {
        long[] stream = stream(16);
        try (TestModel divides = model(engine, Map.of("length", 4), 2);
                TestModel between = model(engine, Map.of("length", 4), 2)) {
            assertReach(divides, stream, 2, i -> i + 2 * 4);
            // M + (n - 1) L ceil(M / L)
            assertReach(between, Arrays.copyOf(stream, 15), 3, i -> i + 4 + 3 * 2);
        }
    }

    /** The last segment's rows depend on the token at this distance, and on none farther back. */
    private static void assertReach(TestModel model, long[] stream, int length, IntUnaryOperator farthest) {
        int[] lengths = new int[stream.length / length];
        Arrays.fill(lengths, length);
        double[] logits = model.lastLogits(stream, lengths);
        for (int i = 0; i < length; i++) {
            int position = stream.length - length + i;
            int last = position - farthest.applyAsInt(i);
            double[] row = Rows.row(logits, TestModel.VOCABULARY, i);
            for (int token = 0; token <= last; token++) {
                double[] changed =
                        Rows.row(model.lastLogits(changing(stream, token), lengths), TestModel.VOCABULARY, i);
                if (token < last) {
                    assertThat(changed).isEqualTo(row);
                } else {
                    assertThat(Rows.difference(changed, row)).isGreaterThan(1e-9);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noOutputDependsOnLaterTokens(TestEngine engine) {
        long[] stream = stream(10);
        try (TestModel model = model(engine, Map.of("length", 5), 2)) {
            double[] logits = model.lastLogits(stream, 5, 5);
            for (int token = 5; token < 10; token++) {
                double[] changed = model.lastLogits(changing(stream, token), 5, 5);
                int before = (token - 5) * TestModel.VOCABULARY;
                assertThat(Arrays.copyOf(changed, before)).isEqualTo(Arrays.copyOf(logits, before));
                Rows.assertDiffers(changed, logits);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whereInTheStreamASegmentStandsDoesNotMatter(TestEngine engine) {
        long[] stream = stream(12);
        try (TestModel model = model(engine, Map.of("length", 4), 1)) {
            double[] early = model.lastLogits(Arrays.copyOfRange(stream, 4, 12), 4, 4);
            Rows.assertClose(model.lastLogits(stream, 4, 4, 4), early);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theGivenMemoryHasAGradientAndTheCarriedOneHasNone(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = model(engine, Map.of("length", 4, "tied_output", false), 2);
                TensorScope scope = backend.scope()) {
            StepResult first = model.step(model.initialState(1), new long[] {1, 2, 3, 1});
            first.next()
                    .tensors()
                    .forEach((name, tensor) ->
                            assertThat(tensor.requiresGradient()).as(name).isFalse());
            Tensor memory = first.next().get(TransformerXlMemory.rows(1)).variable();
            MemoryState given = first.next().with(TransformerXlMemory.rows(1), memory);
            Tensor loss =
                    model.step(given, new long[] {5, 6, 7, 5}).logits().square().sum();
            double[] gradient = backend.gradients(List.of(loss), List.of(memory), Arrays.asList((Tensor) null))
                    .get(0)
                    .toDoubles();
            assertThat(gradient).doesNotContain(0);
            Tensor carried = model.step(first.next(), new long[] {5, 6, 7, 5})
                    .logits()
                    .square()
                    .sum();
            double[] tokens = model.gradients(carried).get("controller.tokens.weight");
            assertThat(Rows.rows(tokens, DIM, 1, 4)).containsOnly(0);
            assertThat(Rows.rows(tokens, DIM, 5, 8)).doesNotContain(0);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withoutPositionsTheOrderOfTheMemoryDoesNotMatter(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = model(engine, Map.of("length", 4), 1);
                TensorScope scope = backend.scope()) {
            MemoryState state = model.step(model.initialState(1), stream(4)).next();
            Tensor order = backend.tensor(new long[] {2, 0, 3, 1}, Shape.of(4));
            MemoryState permuted = state.with(
                    TransformerXlMemory.rows(0),
                    state.get(TransformerXlMemory.rows(0)).indexSelect(1, order));
            long[] tokens = {7, 8, 9};
            Rows.assertDiffers(
                    model.step(permuted, tokens).logits().toDoubles(),
                    model.step(state, tokens).logits().toDoubles());
            for (String path : List.of("layers.0.position.weight", "content_bias", "position_bias")) {
                String whole = "controller.layers.relative." + path;
                model.assign(whole, new double[model.value(whole).toDoubles().length]);
            }
            Rows.assertClose(
                    model.step(permuted, tokens).logits().toDoubles(),
                    model.step(state, tokens).logits().toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theMemoryHoldsWhatWasSeenAndNeverMoreThanM(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = model(engine, Map.of("length", 5), 2);
                TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(2);
            long seen = 0;
            for (int length : new int[] {2, 1, 4, 7, 3}) {
                long[] tokens = stream(length);
                state = model.step(state, tokens, tokens).next();
                seen += length;
                assertThat(state.get(TransformerXlMemory.COUNT).toLongs()).containsOnly(Math.min(seen, 5));
                assertThat(state.get(TransformerXlMemory.rows(0)).shape()).isEqualTo(Shape.of(2, 5, DIM));
                Tensor embedded = model.value("controller.tokens.weight").mul(Math.sqrt(DIM));
                int kept = Math.min(length, 5);
                long[] last = Arrays.copyOfRange(tokens, length - kept, length);
                Rows.assertClose(
                        TestModel.newest(state, 0, kept),
                        embedded.embedding(backend.tensor(last, Shape.of(kept))).toDoubles());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void limitsBeyondWhatIsThereChangeNothing(TestEngine engine) {
        long[] stream = stream(12);
        try (TestModel plain = model(engine, Map.of("length", 12), 2);
                TestModel wide = model(engine, Map.of("length", 12, "same_length", true, "clamp_length", 15), 2);
                TestModel clamped = model(engine, Map.of("length", 12, "clamp_length", 3), 2);
                TestModel cut = model(engine, Map.of("length", 4, "same_length", true), 2);
                TestModel uncut = model(engine, Map.of("length", 4), 2)) {
            double[] logits = plain.lastLogits(stream, 4, 4, 4);
            Rows.assertClose(wide.lastLogits(stream, 4, 4, 4), logits);
            Rows.assertDiffers(clamped.lastLogits(stream, 4, 4, 4), logits);
            Rows.assertDiffers(cut.lastLogits(stream, 4, 4, 4), uncut.lastLogits(stream, 4, 4, 4));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withSameLengthEveryTokenSeesMTokens(TestEngine engine) {
        long[] stream = stream(9);
        try (TestModel model = model(engine, Map.of("length", 4, "same_length", true), 1)) {
            assertReach(model, stream, 3, i -> 3);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void evaluationMayHaveALongerMemoryThanTraining(TestEngine engine) {
        TensorBackend backend = engine.backend();
        long[] stream = stream(12);
        try (TestModel both = model(engine, Map.of("length", 3, "eval_length", 8), 2);
                TestModel shorter = model(engine, Map.of("length", 3), 2);
                TestModel longer = model(engine, Map.of("length", 8), 2);
                TensorScope scope = backend.scope()) {
            Rows.assertClose(both.lastLogits(stream, 4, 4, 4), longer.lastLogits(stream, 4, 4, 4));
            double[][] trained = new double[2][];
            TestModel[] models = {both, shorter};
            for (int m = 0; m < 2; m++) {
                MemoryState state = models[m].initialState(1);
                for (int s = 0; s < 3; s++) {
                    StepResult result = models[m].step(
                            state, Pass.training(new RandomSource(s)), Arrays.copyOfRange(stream, 4 * s, 4 * s + 4));
                    trained[m] = result.logits().toDoubles();
                    state = result.next();
                }
            }
            Rows.assertClose(trained[0], trained[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void streamsDoNotKnowOfEachOther(TestEngine engine) {
        TensorBackend backend = engine.backend();
        long[] a = stream(8);
        long[] b = changing(changing(a, 1), 5);
        try (TestModel model = model(engine, Map.of("length", 5), 2);
                TensorScope scope = backend.scope()) {
            MemoryState state = model.step(model.initialState(2), Arrays.copyOf(a, 4), Arrays.copyOf(b, 4))
                    .next();
            double[] together = model.step(state, Arrays.copyOfRange(a, 4, 8), Arrays.copyOfRange(b, 4, 8))
                    .logits()
                    .toDoubles();
            Rows.assertClose(Rows.row(together, together.length / 2, 0), model.lastLogits(a, 4, 4));
            Rows.assertClose(Rows.row(together, together.length / 2, 1), model.lastLogits(b, 4, 4));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void paddedTokensAreNotRemembered(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = model(engine, Map.of("length", 6), 2);
                TensorScope scope = backend.scope()) {
            MemoryState before = model.step(model.initialState(2), new long[] {1, 2, 3, 4}, new long[] {5, 6, 7, 8})
                    .next();
            Segment whole = model.segment(null, new long[] {9, 8, 0, 0}, new long[] {0, 0, 0, 0});
            boolean[] real = {true, true, false, false, false, false, false, false};
            Segment padded = new Segment(whole.tokens(), backend.tensor(real, Shape.of(2, 4)), null);
            StepResult result = model.mechanism().controller().step(padded, before, Pass.evaluation());
            Tensor first = backend.tensor(new long[] {0}, Shape.of(1));
            StepResult shorter = model.step(before.select(first), new long[] {9, 8});
            Rows.assertClose(
                    result.logits().slice(0, 0, 1).slice(1, 0, 2).toDoubles(),
                    shorter.logits().toDoubles());
            assertThat(result.next().get(TransformerXlMemory.COUNT).toLongs()).containsExactly(6, 4);
            for (int layer = 0; layer < 2; layer++) {
                Rows.assertClose(TestModel.newest(result.next(), layer, 6), TestModel.newest(shorter.next(), layer, 6));
                String name = TransformerXlMemory.rows(layer);
                Tensor second = backend.tensor(new long[] {1}, Shape.of(1));
                assertThat(result.next().select(second).get(name).slice(1, 2, 6).toDoubles())
                        .isEqualTo(
                                before.select(second).get(name).slice(1, 2, 6).toDoubles());
            }
            assertThat(result.next().get(TransformerXlMemory.COUNT).dtype()).isEqualTo(DType.I64);
        }
    }
}
