package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.RelativeBlock;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.RowQueue;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The compression functions and the losses by themselves. */
final class CompressionTest {
    private static final int DIM = 8;
    private static final int RATE = 3;

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    private static ModuleContext context(TensorBackend backend) {
        return new ModuleContext(backend, DType.F64, 3);
    }

    private static Tensor rows(TensorBackend backend, long count) {
        return backend.normal(Shape.of(2, count, DIM), DType.F64, 9);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void constantRowsArePooledToThemselves(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (Pooling largest = new Pooling(context(backend), RATE, true);
                Pooling mean = new Pooling(context(backend), RATE, false);
                TensorScope scope = backend.scope()) {
            Tensor row = rows(backend, 1);
            Tensor constant = row.expand(Shape.of(2, 2 * RATE, DIM));
            double[] expected = row.expand(Shape.of(2, 2, DIM)).toDoubles();
            Rows.assertClose(largest.compress(constant).toDoubles(), expected);
            Rows.assertClose(mean.compress(constant).toDoubles(), expected);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aConvolutionOfIdentitiesIsTheMean(TestEngine engine) {
        TensorBackend backend = engine.backend();
        double[] taps = new double[DIM * DIM * RATE];
        for (int feature = 0; feature < DIM; feature++) {
            for (int tap = 0; tap < RATE; tap++) {
                taps[(feature * DIM + feature) * RATE + tap] = 1.0 / RATE;
            }
        }
        try (Convolution convolution = new Convolution(context(backend), DIM, RATE, 1);
                Pooling mean = new Pooling(context(backend), RATE, false);
                TensorScope scope = backend.scope()) {
            Tensor weight = convolution.parameters().get("weight").value();
            weight.assign(backend.tensor(taps, weight.shape(), DType.F64));
            Tensor rows = rows(backend, 2 * RATE);
            Rows.assertClose(
                    convolution.compress(rows).toDoubles(), mean.compress(rows).toDoubles());
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void noCompressionSeesLaterBlocks(TestEngine engine) {
        TensorBackend backend = engine.backend();
        for (int dilation : new int[] {1, 2, 4}) {
            try (Convolution convolution = new Convolution(context(backend), DIM, RATE, dilation);
                    TensorScope scope = backend.scope()) {
                Tensor rows = rows(backend, 3 * RATE);
                double[] whole = convolution.compress(rows).slice(1, 0, 2).toDoubles();
                Rows.assertClose(
                        convolution.compress(rows.slice(1, 0, 2 * RATE)).toDoubles(), whole);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void poolingDoesTheSameToEveryFeature(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope()) {
            Tensor order = backend.tensor(new long[] {3, 1, 7, 0, 2, 6, 5, 4}, Shape.of(DIM));
            Tensor rows = rows(backend, 2 * RATE);
            for (boolean largest : new boolean[] {true, false}) {
                try (Pooling pooling = new Pooling(context(backend), RATE, largest)) {
                    assertThat(pooling.compress(rows.indexSelect(2, order)).toDoubles())
                            .isEqualTo(
                                    pooling.compress(rows).indexSelect(2, order).toDoubles());
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void mostUsedTakesTheLastRowsWhenUseGrowsAndTheOlderOfEquals(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope()) {
            Tensor use = backend.tensor(
                    new double[] {1, 2, 3, 4, 5, 6, 2, 1, 2, 2, 1, 2, 9, 8, 7, 9, 9, 9}, Shape.of(3, 6), DType.F64);
            boolean[] there = new boolean[18];
            for (int i = 0; i < there.length; i++) {
                there[i] = i < 12 || i < 15;
            }
            Tensor leaving = backend.tensor(there, Shape.of(3, 6));
            Tensor blocks = backend.tensor(new long[] {2, 2, 1}, Shape.of(3));
            Tensor kept = MostUsed.kept(use, leaving, blocks, 2);
            assertThat(kept.slice(0, 0, 2).toLongs()).containsExactly(4, 5, 0, 2);
            assertThat(kept.slice(0, 2, 3).slice(1, 0, 1).toLongs()).containsExactly(0);
            Tensor rows = backend.normal(Shape.of(3, 6, DIM), DType.F64, 4).variable();
            Tensor picked = RowQueue.pick(rows, kept).slice(0, 0, 1).sum();
            double[] gradient = backend.gradients(List.of(picked), List.of(rows), Collections.singletonList(null))
                    .get(0)
                    .slice(0, 0, 1)
                    .toDoubles();
            assertThat(Rows.rows(gradient, DIM, 0, 4)).containsOnly(0);
            assertThat(Rows.rows(gradient, DIM, 4, 6)).containsOnly(1);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void reconstructionIsZeroForTheIdentityAndNeverNegative(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, Map.of(), Map.of("layers", 1));
                Convolution convolution = new Convolution(context(backend), DIM, RATE, 1);
                TensorScope scope = backend.scope()) {
            CompressionObjective objective =
                    new CompressionObjective(model.blocks().get(0), false);
            Tensor rows = rows(backend, 6);
            Tensor hidden = backend.normal(Shape.of(2, 5, DIM), DType.F64, 11);
            assertThat(objective
                            .attentionReconstruction(hidden, null, rows, rows, leaving(backend, 6, 6, 6))
                            .item())
                    .isZero();
            Tensor compressed = convolution.compress(rows);
            assertThat(objective
                            .attentionReconstruction(hidden, null, rows, compressed, leaving(backend, 6, 2, 2))
                            .item())
                    .isPositive();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void streamsThatNothingLeavesDoNotCount(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, Map.of(), Map.of("layers", 1));
                Convolution convolution = new Convolution(context(backend), DIM, RATE, 1);
                Decoder decoder = new Decoder(context(backend), DIM, RATE);
                TensorScope scope = backend.scope()) {
            CompressionObjective objective =
                    new CompressionObjective(model.blocks().get(0), false);
            Tensor rows = rows(backend, 6);
            Tensor hidden = backend.normal(Shape.of(2, 5, DIM), DType.F64, 11);
            Tensor first = backend.tensor(new long[] {0}, Shape.of(1));
            Overflow both = leaving(backend, 6, 2, 0);
            Overflow one = new Overflow(
                    both.evicted().indexSelect(0, first),
                    both.leaving().indexSelect(0, first),
                    both.blocks().indexSelect(0, first),
                    null,
                    both.count().indexSelect(0, first));
            Tensor compressed = convolution.compress(rows);
            Tensor own = rows.indexSelect(0, first);
            Rows.assertClose(
                    objective
                            .attentionReconstruction(hidden, null, rows, compressed, both)
                            .toDoubles(),
                    objective
                            .attentionReconstruction(
                                    hidden.indexSelect(0, first), null, own, convolution.compress(own), one)
                            .toDoubles());
            Rows.assertClose(
                    CompressionObjective.autoEncoding(rows, decoder.decode(compressed), both)
                            .toDoubles(),
                    CompressionObjective.autoEncoding(own, decoder.decode(convolution.compress(own)), one)
                            .toDoubles());
            Overflow none = leaving(backend, 6, 0, 0);
            Tensor nothing = objective.attentionReconstruction(hidden, null, rows, compressed, none);
            assertThat(nothing.item()).isZero();
            List<Tensor> leaves = convolution.parameters().values().stream()
                    .map(Parameter::value)
                    .toList();
            backend.gradients(List.of(nothing), leaves, Collections.singletonList(null))
                    .forEach(gradient -> assertThat(gradient.toDoubles()).containsOnly(0));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theOrderOfEvictedRowsMattersToTheCompressionAloneNotToWhatIsReadOfThem(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, Map.of(), Map.of("layers", 1));
                Convolution convolution = new Convolution(context(backend), DIM, RATE, 1);
                TensorScope scope = backend.scope()) {
            RelativeBlock block = model.blocks().get(0);
            Tensor rows = rows(backend, 6);
            Tensor hidden = backend.normal(Shape.of(2, 5, DIM), DType.F64, 11);
            Tensor other = rows.indexSelect(1, backend.tensor(new long[] {4, 1, 0, 5, 3, 2}, Shape.of(6)));
            Rows.assertClose(
                    block.attention()
                            .frozenContent(hidden, other, Attention.FULL)
                            .toDoubles(),
                    block.attention()
                            .frozenContent(hidden, rows, Attention.FULL)
                            .toDoubles());
            Rows.assertDiffers(
                    convolution.compress(other).toDoubles(),
                    convolution.compress(rows).toDoubles());
        }
    }

    /** Two streams of which this many blocks leave. */
    private static Overflow leaving(TensorBackend backend, int count, long first, long second) {
        long[] index = new long[2 * count];
        boolean[] leaves = new boolean[2 * count];
        long rate = Math.max(first, second) == count ? 1 : RATE;
        for (int i = 0; i < index.length; i++) {
            index[i] = i % count;
            leaves[i] = index[i] < rate * (i < count ? first : second);
        }
        return new Overflow(
                backend.tensor(index, Shape.of(2, count)),
                backend.tensor(leaves, Shape.of(2, count)),
                backend.tensor(new long[] {first, second}, Shape.of(2)),
                null,
                backend.zeros(Shape.of(2), DType.I64));
    }
}
