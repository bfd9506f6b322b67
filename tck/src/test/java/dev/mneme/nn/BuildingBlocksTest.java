package dev.mneme.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BuildingBlocksTest {
    private static final Offset<Double> ROUNDING = within(1e-14);

    private final TensorBackend backend = ReferenceBackend.open();
    private final TensorScope scope = backend.scope();
    private final ModuleContext context = new ModuleContext(backend, DType.F64, 3);

    @AfterEach
    void close() {
        scope.close();
        backend.close();
    }

    @Test
    void sinusoidalPositionsInterleaveSinesAndCosines() {
        double[] table = Positions.sinusoidal(backend, DType.F64, 5, 2, 4).toDoubles();
        assertThat(table)
                .containsExactly(
                        new double[] {
                            Math.sin(5), Math.cos(5), Math.sin(0.05), Math.cos(0.05),
                            Math.sin(6), Math.cos(6), Math.sin(0.06), Math.cos(0.06)
                        },
                        ROUNDING);
    }

    @Test
    void relativeBiasDependsOnTheClippedDistanceAndNotOnMemoryRows() {
        try (RelativePositionBias bias = new RelativePositionBias(context, 1, 2)) {
            // Distances -2 .. 2.
            assign(bias, "weight", 10, 20, 30, 40, 50);
            assertThat(bias.forward(4, 4).toDoubles())
                    .containsExactly(30, 40, 50, 50, 20, 30, 40, 50, 10, 20, 30, 40, 10, 10, 20, 30);
            assertThat(bias.forward(1, 4).toDoubles()).containsExactly(10, 10, 20, 30);
            // One memory row as key and as query, two tokens.
            assertThat(bias.forward(3, 3, 1, 1, 0).toDoubles()).containsExactly(0, 0, 0, 0, 30, 40, 0, 20, 30);
            assertThat(bias.forward(3, 3, 0, 0, 1).toDoubles()).containsExactly(30, 40, 0, 20, 30, 0, 0, 0, 0);
        }
    }

    @Test
    void firstValuesDependOnSeedAndPathAlone() {
        try (Linear first = new Linear(context.child("a"), 3, 4, true);
                Linear again = new Linear(context.child("a"), 3, 4, false);
                Linear elsewhere = new Linear(context.child("b"), 3, 4, true);
                Linear otherSeed = new Linear(new ModuleContext(backend, DType.F64, 4).child("a"), 3, 4, true)) {
            assertThat(values(again, "weight")).isEqualTo(values(first, "weight"));
            assertThat(values(elsewhere, "weight")).isNotEqualTo(values(first, "weight"));
            assertThat(values(otherSeed, "weight")).isNotEqualTo(values(first, "weight"));
            assertThat(Arrays.stream(values(first, "weight"))
                            .map(Math::abs)
                            .max()
                            .orElseThrow())
                    .isLessThan(Math.sqrt(6.0 / 7));
            assertThat(values(first, "bias")).containsOnly(0);
        }
    }

    @Test
    void attentionOverCachedRowsEqualsAttentionOverAll() {
        try (MultiHeadAttention attention = new MultiHeadAttention(context, 6, 3, true, true, 0)) {
            Tensor rows = backend.normal(Shape.of(2, 5, 6), DType.F64, 1);
            Tensor whole = attention.forward(rows, Attention.CAUSAL, Pass.evaluation());
            KeyValues early = attention.keyValues(rows.slice(1, 0, 3));
            Tensor late = rows.slice(1, 3, 5);
            Tensor pieced = attention.attend(
                    attention.queries(late),
                    attention.keyValues(late).after(early),
                    Attention.CAUSAL,
                    Pass.evaluation());
            assertClose(pieced, whole.slice(1, 3, 5));
            assertClose(attention.forward(rows, rows, Attention.CAUSAL, Pass.evaluation()), whole);
        }
    }

    @Test
    void anObserverSeesTheWeightsOfEveryAttentionByPath() {
        List<String> seen = new ArrayList<>();
        try (MultiHeadAttention attention = new MultiHeadAttention(context.child("layers.0"), 4, 2, false, false, 0)) {
            attention.forward(
                    backend.normal(Shape.of(1, 3, 4), DType.F64, 1),
                    Attention.FULL,
                    Pass.evaluation().observedBy((path, weights) -> {
                        seen.add(path + weights.shape());
                        assertThat(weights.sum(false, -1).toDoubles()).containsOnly(new double[] {1}, ROUNDING);
                    }));
        }
        assertThat(seen).containsExactly("layers.0" + Shape.of(1, 2, 3, 3));
    }

    @Test
    void aPostNormBlockNormalisesWhatItPutsOut() {
        Tensor rows = backend.normal(Shape.of(2, 3, 8), DType.F64, 1).mul(5);
        try (TransformerBlock post = block(TransformerBlock.NormPlacement.POST, 0);
                TransformerBlock pre = block(TransformerBlock.NormPlacement.PRE, 0)) {
            double[] variances = post.forward(rows, Attention.FULL, Pass.evaluation())
                    .variance(false, -1)
                    .toDoubles();
            assertThat(variances).containsOnly(new double[] {1}, within(1e-3));
            double[] changed = pre.forward(rows, Attention.FULL, Pass.evaluation())
                    .variance(false, -1)
                    .toDoubles();
            assertThat(Arrays.stream(changed).min().orElseThrow()).isGreaterThan(2);
        }
    }

    @Test
    void rowsOverOtherRowsEqualTheOrdinaryBlockWhenBothAreTheSame() {
        Tensor rows = backend.normal(Shape.of(2, 3, 8), DType.F64, 1);
        for (TransformerBlock.NormPlacement placement : TransformerBlock.NormPlacement.values()) {
            try (TransformerBlock block = block(placement, 0)) {
                assertClose(
                        block.forward(rows, rows, Attention.FULL, Pass.evaluation()),
                        block.forward(rows, Attention.FULL, Pass.evaluation()));
            }
        }
    }

    @Test
    void dropoutIsOnInTrainingAndReplaysWithTheSameKeys() {
        Tensor rows = backend.normal(Shape.of(1, 4, 8), DType.F64, 1);
        try (TransformerBlock block = block(TransformerBlock.NormPlacement.PRE, 0.5)) {
            RandomSource random = new RandomSource(9);
            Pass replay = Pass.training(random.copy());
            double[] trained =
                    block.forward(rows, Attention.FULL, Pass.training(random)).toDoubles();
            assertThat(block.forward(rows, Attention.FULL, replay).toDoubles()).isEqualTo(trained);
            assertThat(block.forward(rows, Attention.FULL, Pass.training(random))
                            .toDoubles())
                    .isNotEqualTo(trained);
            double[] evaluated =
                    block.forward(rows, Attention.FULL, Pass.evaluation()).toDoubles();
            assertThat(evaluated).isNotEqualTo(trained);
            assertThat(block.forward(rows, Attention.FULL, Pass.evaluation()).toDoubles())
                    .isEqualTo(evaluated);
        }
    }

    @Test
    void aBlockWithoutCrossAttentionSaysSo() {
        try (TransformerBlock block = block(TransformerBlock.NormPlacement.PRE, 0)) {
            Tensor rows = backend.zeros(Shape.of(1, 2, 8), DType.F64);
            assertThatThrownBy(() -> block.crossKeyValues(rows)).hasMessageContaining("without cross-attention");
        }
    }

    @Test
    void closingAModuleClosesEverythingItOwns() {
        long before = backend.memory().liveTensors();
        block(TransformerBlock.NormPlacement.PRE, 0).close();
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private TransformerBlock block(TransformerBlock.NormPlacement placement, double dropout) {
        return new TransformerBlock(
                context,
                new TransformerBlock.Config(
                        8,
                        2,
                        16,
                        placement,
                        Normalization.Kind.LAYER,
                        1e-5,
                        Activation.GELU,
                        true,
                        true,
                        false,
                        dropout));
    }

    private static double[] values(Module module, String path) {
        return module.parameters().get(path).value().toDoubles();
    }

    private void assign(Module module, String path, double... values) {
        Tensor value = module.parameters().get(path).value();
        value.assign(backend.tensor(values, value.shape(), DType.F64));
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(1e-12));
    }
}
