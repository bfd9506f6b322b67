package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What follows from the equations, in F64 on every engine. */
final class CompressiveTransformerPropertiesTest {
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

    private static int[] segments(int count, int length) {
        int[] lengths = new int[count];
        Arrays.fill(lengths, length);
        return lengths;
    }

    private static TestModel model(
            TestEngine engine, int layers, int length, int compressed, int rate, Map<String, ?> more) {
        Map<String, Object> memory =
                new LinkedHashMap<>(Map.of("length", length, "compressed_length", compressed, "rate", rate));
        memory.putAll(more);
        return TestModel.create(engine.backend(), memory, Map.of("layers", layers));
    }

    private static final Map<String, ?> MEAN = Map.of("compression", "mean");

    /** One layer whose embedding of id i is i in every feature. */
    private static TestModel counting(TestEngine engine, int length, int compressed, int rate, Map<String, ?> more) {
        Map<String, Object> memory =
                new LinkedHashMap<>(Map.of("length", length, "compressed_length", compressed, "rate", rate));
        memory.putAll(more);
        BackboneConfig backbone = TestModel.backbone(Map.of("layers", 1, "scale_embeddings", false));
        TaskInfo task = TestModel.task(16);
        TestModel model = TestModel.create(engine.backend(), TestModel.memory(memory), backbone, task);
        double[] table = new double[TestModel.VOCABULARY * DIM];
        for (int i = 0; i < table.length; i++) {
            table[i] = i / DIM;
        }
        model.assign("controller.tokens.weight", table);
        return model;
    }

    private static double[] features(MemoryState state, String entry, String count) {
        int rows = Math.toIntExact(state.get(count).toLongs()[0]);
        Tensor all = state.get(entry);
        return all.slice(0, 0, 1)
                .slice(1, all.size(1) - rows, all.size(1))
                .slice(2, 0, 1)
                .toDoubles();
    }

    private static double[] memory(MemoryState state) {
        return features(state, CompressiveMemory.rows(0), CompressiveMemory.COUNT);
    }

    private static double[] compressed(MemoryState state) {
        return features(state, CompressiveMemory.compressed(0), CompressiveMemory.COMPRESSED_COUNT);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theWorkedExampleHoldsLiterally(TestEngine engine) {
        try (TestModel model = counting(engine, 4, 4, 2, MEAN);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.initialState(1);
            double[][] expected = {{}, {0.5, 2.5}, {0.5, 2.5, 4.5, 6.5}, {4.5, 6.5, 8.5, 10.5}};
            for (int s = 0; s < 4; s++) {
                long[] tokens = {4L * s, 4L * s + 1, 4L * s + 2, 4L * s + 3};
                state = model.step(state, tokens).next();
                assertThat(memory(state)).containsExactly(4.0 * s, 4.0 * s + 1, 4.0 * s + 2, 4.0 * s + 3);
                assertThat(compressed(state)).containsExactly(expected[s]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void rowsWaitUntilThereAreEnoughToCompress(TestEngine engine) {
        try (TestModel model = counting(engine, 3, 4, 2, MEAN);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state =
                    model.step(model.initialState(1), new long[] {0, 1, 2}).next();
            state = model.step(state, new long[] {3}).next();
            assertThat(memory(state)).containsExactly(0, 1, 2, 3);
            assertThat(compressed(state)).isEmpty();
            state = model.step(state, new long[] {4, 5, 6}).next();
            assertThat(memory(state)).containsExactly(4, 5, 6);
            assertThat(compressed(state)).containsExactly(0.5, 2.5);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void everyEvictedSegmentIsCompressedOnceAndInOrder(TestEngine engine) {
        try (TestModel model = counting(engine, 4, 16, 4, MEAN);
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.initialState(1);
            for (long s = 1; s <= 5; s++) {
                state = model.step(state, new long[] {s, s, s, s}).next();
                assertThat(state.get(CompressiveMemory.COUNT).toLongs()).containsExactly(4);
                // min(n_cm, (s - 1) n_s / c)
                assertThat(state.get(CompressiveMemory.COMPRESSED_COUNT).toLongs())
                        .containsExactly(s - 1);
            }
            assertThat(memory(state)).containsOnly(5);
            assertThat(compressed(state)).containsExactly(1, 2, 3, 4);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withoutCompressedRowsItIsTransformerXl(TestEngine engine) {
        long[] stream = stream(20);
        // With all rows in sight Transformer-XL is one pass; beyond its memory the reach says where it ends.
        try (TestModel none = model(engine, 2, 20, 0, 4, Map.of());
                TestModel reach = model(engine, 1, 6, 0, 4, Map.of())) {
            double[] whole = none.lastLogits(Arrays.copyOf(stream, 12), 12);
            double[][] pieces = none.logits(Arrays.copyOf(stream, 12), 4, 4, 4);
            for (int s = 0; s < 3; s++) {
                Rows.assertClose(pieces[s], Rows.rows(whole, TestModel.VOCABULARY, 4 * s, 4 * s + 4));
            }
            double[] logits = reach.lastLogits(stream, segments(5, 4));
            assertThat(reach.lastLogits(changing(stream, 9), segments(5, 4))).isEqualTo(logits);
            assertThat(Rows.difference(reach.lastLogits(changing(stream, 10), segments(5, 4)), logits))
                    .isGreaterThan(1e-9);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void withoutBothMemoriesSegmentsKnowNothingOfEachOther(TestEngine engine) {
        long[] stream = stream(8);
        try (TestModel model = model(engine, 2, 0, 0, 4, Map.of())) {
            assertThat(model.mechanism().memory().schema().entries()).isEmpty();
            double[] alone = model.lastLogits(Arrays.copyOfRange(stream, 4, 8), 4);
            assertThat(model.lastLogits(stream, 4, 4)).isEqualTo(alone);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void compressingOneRowToItselfIsALongerMemory(TestEngine engine) {
        long[] stream = stream(20);
        double[] identity = new double[DIM * DIM];
        for (int i = 0; i < DIM; i++) {
            identity[i * DIM + i] = 1;
        }
        try (TestModel model = model(engine, 2, 4, 6, 1, Map.of());
                TestModel longer = model(engine, 2, 10, 0, 1, Map.of())) {
            for (int layer = 0; layer < 2; layer++) {
                String path = "writer.layers." + layer + ".compress.";
                model.assign(path + "weight", identity);
                model.assign(path + "bias", new double[DIM]);
            }
            double[][] logits = model.logits(stream, segments(5, 4));
            double[][] expected = longer.logits(stream, segments(5, 4));
            for (int s = 0; s < 5; s++) {
                Rows.assertClose(logits[s], expected[s]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void zeroRowsAtTheStartMatterUntilTheyArePushedOut(TestEngine engine) {
        long[] stream = stream(28);
        Map<String, ?> zeros = Map.of("compression", "mean", "start", "zeros");
        try (TestModel empty = model(engine, 1, 4, 4, 2, MEAN);
                TestModel full = model(engine, 1, 4, 4, 2, zeros)) {
            double[][] fromNothing = empty.logits(stream, segments(7, 4));
            double[][] fromZeros = full.logits(stream, segments(7, 4));
            for (int s = 0; s < 3; s++) {
                Rows.assertDiffers(fromZeros[s], fromNothing[s]);
            }
            // The last zero row is compressed by the first segment and pushed out by the third.
            for (int s = 3; s < 7; s++) {
                Rows.assertClose(fromZeros[s], fromNothing[s]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void oneLayerReachesBothMemoriesAndNoFarther(TestEngine engine) {
        long[] stream = stream(24);
        try (TestModel model = model(engine, 1, 4, 4, 2, MEAN)) {
            double[] logits = model.lastLogits(stream, segments(6, 4));
            int first = 20 - 4 - 2 * 4;
            for (int token = 0; token < first; token++) {
                assertThat(model.lastLogits(changing(stream, token), segments(6, 4)))
                        .isEqualTo(logits);
            }
            for (int token = first; token < 20; token++) {
                assertThat(Rows.difference(model.lastLogits(changing(stream, token), segments(6, 4)), logits))
                        .isGreaterThan(1e-9);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noOutputDependsOnLaterTokens(TestEngine engine) {
        long[] stream = stream(12);
        try (TestModel model = model(engine, 2, 4, 4, 2, Map.of())) {
            double[] logits = model.lastLogits(stream, 4, 4, 4);
            for (int token = 8; token < 12; token++) {
                double[] changed = model.lastLogits(changing(stream, token), 4, 4, 4);
                int before = (token - 8) * TestModel.VOCABULARY;
                assertThat(Arrays.copyOf(changed, before)).isEqualTo(Arrays.copyOf(logits, before));
                Rows.assertDiffers(changed, logits);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theTaskTrainsTheTransformerAndTheLossTheCompressor(TestEngine engine) {
        for (String objective : List.of("attention-reconstruction", "auto-encoding", "none", "task")) {
            try (TestModel model = model(engine, 2, 4, 4, 2, Map.of("objective", objective, "tied_output", false));
                    TensorScope scope = engine.backend().scope()) {
                MemoryState state = model.initialState(1);
                Tensor task = engine.backend().zeros(Shape.scalar(), DType.F64);
                Tensor loss = engine.backend().zeros(Shape.scalar(), DType.F64);
                long[] stream = stream(16);
                for (int s = 0; s < 4; s++) {
                    StepResult result = model.step(
                            state, Pass.training(new RandomSource(s)), Arrays.copyOfRange(stream, 4 * s, 4 * s + 4));
                    state = result.next();
                    task = task.add(result.logits().square().sum());
                    Tensor added = result.losses().get(CompressiveWriter.LOSS);
                    loss = added == null ? loss : loss.add(added);
                }
                boolean owns = objective.equals("attention-reconstruction") || objective.equals("auto-encoding");
                assertThat(loss.requiresGradient()).isEqualTo(owns);
                boolean throughTime = objective.equals("task");
                model.gradients(task).forEach((path, gradient) -> {
                    if (path.startsWith("writer.") && !throughTime) {
                        assertThat(gradient).as(path).containsOnly(0);
                    } else {
                        assertThat(Arrays.stream(gradient).anyMatch(value -> value != 0))
                                .as(path)
                                .isTrue();
                    }
                });
                if (owns) {
                    model.gradients(loss).forEach((path, gradient) -> {
                        if (path.startsWith("writer.")) {
                            assertThat(Arrays.stream(gradient).anyMatch(value -> value != 0))
                                    .as(path)
                                    .isTrue();
                        } else {
                            assertThat(gradient).as(path).containsOnly(0);
                        }
                    });
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noGradientReachesTheTokensOfEarlierSegments(TestEngine engine) {
        try (TestModel model = model(engine, 2, 4, 4, 2, Map.of("tied_output", false));
                TensorScope scope = engine.backend().scope()) {
            MemoryState state =
                    model.step(model.initialState(1), new long[] {1, 2, 3, 1}).next();
            state = model.step(state, new long[] {2, 1, 3, 3}).next();
            state.tensors()
                    .forEach((name, tensor) ->
                            assertThat(tensor.requiresGradient()).as(name).isFalse());
            Tensor loss =
                    model.step(state, new long[] {5, 6, 7, 5}).logits().square().sum();
            double[] tokens = model.gradients(loss).get("controller.tokens.weight");
            assertThat(Rows.rows(tokens, DIM, 1, 4)).containsOnly(0);
            assertThat(Rows.rows(tokens, DIM, 5, 8)).doesNotContain(0);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void mostUsedKeepsTheRowsThatWereAttendedToMost(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = counting(engine, 4, 8, 2, Map.of("compression", "most-used"));
                TensorScope scope = backend.scope()) {
            MemoryState first =
                    model.step(model.initialState(1), new long[] {1, 7, 3, 5}).next();
            assertThat(first.get(CompressiveMemory.use(0)).toDoubles()).containsOnly(0);
            MemoryState second = model.step(first, new long[] {2, 2, 4, 4}).next();
            double[] kept = compressed(second);
            assertThat(kept).hasSize(2).doesNotHaveDuplicates();
            // Row order is the order of the segment.
            List<Double> order = List.of(1.0, 7.0, 3.0, 5.0);
            assertThat(order).contains(kept[0], kept[1]);
            assertThat(order.indexOf(kept[0])).isLessThan(order.indexOf(kept[1]));
            // The kept rows are those whose removal from sight would take most weight: written out by hand.
            double[] received = received(model, first, new long[] {2, 2, 4, 4});
            Integer[] byUse = {0, 1, 2, 3};
            Arrays.sort(byUse, (a, b) -> Double.compare(received[b], received[a]));
            assertThat(List.of(kept[0], kept[1])).containsExactlyInAnyOrder(order.get(byUse[0]), order.get(byUse[1]));
        }
    }

    /** Mean weight, over heads and queries, of the four memory rows. */
    private static double[] received(TestModel model, MemoryState state, long[] tokens) {
        double[] sums = new double[4];
        Pass watched = Pass.evaluation().observedBy((path, weights) -> {
            double[] values = weights.toDoubles();
            int keys = Math.toIntExact(weights.size(3));
            int rows = values.length / keys;
            for (int row = 0; row < rows; row++) {
                for (int slot = 0; slot < 4; slot++) {
                    sums[slot] += values[row * keys + keys - tokens.length - 4 + slot] / rows;
                }
            }
        });
        model.step(state, watched, tokens);
        return sums;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void evaluationMayHaveLongerMemoriesThanTraining(TestEngine engine) {
        long[] stream = stream(24);
        Map<String, ?> longer = Map.of("compression", "mean", "eval_length", 8, "eval_compressed_length", 6);
        try (TestModel both = model(engine, 2, 4, 4, 2, longer);
                TestModel large = model(engine, 2, 8, 6, 2, MEAN)) {
            Rows.assertClose(both.lastLogits(stream, segments(6, 4)), large.lastLogits(stream, segments(6, 4)));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void paddedTokensAreNotRemembered(TestEngine engine) {
        TensorBackend backend = engine.backend();
        for (String compression : List.of("mean", "most-used")) {
            try (TestModel model = model(engine, 2, 4, 4, 2, Map.of("compression", compression));
                    TensorScope scope = backend.scope()) {
                long[] a = {1, 2, 3, 4};
                long[] b = {5, 6, 7, 8};
                MemoryState before = model.step(
                                model.step(model.initialState(2), a, b).next(), b, a)
                        .next();
                Segment whole = model.segment(null, new long[] {9, 8, 0, 0}, new long[] {0, 0, 0, 0});
                boolean[] real = {true, true, false, false, false, false, false, false};
                Segment padded = new Segment(whole.tokens(), backend.tensor(real, Shape.of(2, 4)), null);
                MemoryState after = model.mechanism()
                        .controller()
                        .step(padded, before, Pass.evaluation())
                        .next();
                Tensor first = backend.tensor(new long[] {0}, Shape.of(1));
                MemoryState shorter =
                        model.step(before.select(first), new long[] {9, 8}).next();
                after.select(first)
                        .tensors()
                        .forEach((name, tensor) -> Rows.assertClose(asDoubles(tensor), asDoubles(shorter.get(name))));
                Tensor second = backend.tensor(new long[] {1}, Shape.of(1));
                after.select(second)
                        .tensors()
                        .forEach((name, tensor) -> Rows.assertClose(
                                asDoubles(tensor),
                                asDoubles(before.select(second).get(name))));
            }
        }
    }

    private static double[] asDoubles(Tensor tensor) {
        return tensor.to(DType.F64).toDoubles();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void streamsDoNotKnowOfEachOther(TestEngine engine) {
        long[] a = stream(16);
        long[] b = changing(changing(a, 1), 9);
        try (TestModel model = model(engine, 2, 4, 4, 2, Map.of());
                TensorScope scope = engine.backend().scope()) {
            MemoryState state = model.initialState(2);
            double[] together = {};
            for (int s = 0; s < 4; s++) {
                StepResult result = model.step(
                        state, Arrays.copyOfRange(a, 4 * s, 4 * s + 4), Arrays.copyOfRange(b, 4 * s, 4 * s + 4));
                state = result.next();
                together = result.logits().toDoubles();
            }
            Rows.assertClose(Rows.row(together, together.length / 2, 0), model.lastLogits(a, 4, 4, 4, 4));
            Rows.assertClose(Rows.row(together, together.length / 2, 1), model.lastLogits(b, 4, 4, 4, 4));
        }
    }
}
