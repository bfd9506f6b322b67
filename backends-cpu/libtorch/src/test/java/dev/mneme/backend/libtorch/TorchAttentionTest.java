package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TorchAttentionTest {
    private static final int B = 2;
    private static final int H = 3;
    private static final int K = 4;

    private final TorchBackend backend = TorchBackend.cpu(EngineOptions.defaults());
    private TensorScope scope;

    @BeforeEach
    void openScope() {
        scope = backend.scope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Masks and biases of all broadcast shapes, square and not, with value dims other than the head dim. */
    @ParameterizedTest
    @CsvSource({
        "5, 5, 4, none, false, false",
        "5, 5, 4, none, false, true",
        "3, 5, 4, none, false, true",
        "5, 3, 4, none, false, true",
        "1, 7, 4, none, false, true",
        "5, 7, 6, none, false, true",
        "5, 7, 4, 5x7, false, false",
        "5, 7, 4, 1x7, false, true",
        "5, 7, 4, 2x1x1x7, false, false",
        "5, 7, 4, 2x1x5x7, true, false",
        "5, 7, 4, 1x3x5x1, false, false",
        "5, 7, 4, 2x3x5x7, true, true",
        "5, 7, 6, 3x5x7, true, true",
        "5, 7, 4, none, true, false",
        "5, 5, 4, none, true, true",
        "33, 70, 4, 33x70, false, true",
    })
    void fusedAttentionAndItsGradientsEqualTheFormula(
            int length, int keys, int valueDim, String maskShape, boolean biased, boolean causal) {
        Tensor q = backend.normal(Shape.of(B, H, length, K), DType.F64, 1).variable();
        Tensor k = backend.normal(Shape.of(B, H, keys, K), DType.F64, 2).variable();
        Tensor v = backend.normal(Shape.of(B, H, keys, valueDim), DType.F64, 3).variable();
        Tensor bias = backend.normal(Shape.of(H, length, keys), DType.F64, 4).variable();
        Tensor mask = maskShape.equals("none")
                ? null
                : backend.uniform(shape(maskShape), DType.F64, 5).lt(0.5);
        Attention attention = new Attention(mask, biased ? bias : null, causal, 0.7, 0, 0);

        Tensor fused = q.attention(k, v, attention);
        Tensor formula = formula(q, k, attention).matmul(v);
        assertClose(q.attentionWeights(k, attention), formula(q, k, attention));
        assertClose(fused, formula);
        Tensor cotangent = backend.normal(fused.shape(), DType.F64, 6);
        List<Tensor> inputs = new ArrayList<>(List.of(q, k, v));
        if (biased) {
            inputs.add(bias);
        }
        List<Tensor> actual = backend.gradients(List.of(fused), inputs, List.of(cotangent));
        List<Tensor> expected = backend.gradients(List.of(formula), inputs, List.of(cotangent));
        for (int i = 0; i < inputs.size(); i++) {
            assertClose(actual.get(i), expected.get(i));
        }
    }

    private Tensor formula(Tensor q, Tensor k, Attention attention) {
        Tensor scores = q.matmul(k.transpose(-1, -2)).mul(0.7);
        if (attention.bias() != null) {
            scores = scores.add(attention.bias());
        }
        Tensor allowed = backend.ones(scores.shape(), DType.BOOL);
        if (attention.mask() != null) {
            allowed = allowed.logicalAnd(attention.mask());
        }
        if (attention.causal()) {
            long offset = k.size(-2) - q.size(-2);
            Tensor last = backend.arange(offset, offset + q.size(-2)).unsqueeze(1);
            allowed = allowed.logicalAnd(backend.arange(0, k.size(-2)).le(last));
        }
        Tensor exponentials = scores.exp().maskedFill(allowed.logicalNot(), 0);
        return exponentials.div(exponentials.sum(true, -1).add(1e-300));
    }

    private static Shape shape(String text) {
        return Shape.of(java.util.Arrays.stream(text.split("x", -1))
                .mapToLong(Long::parseLong)
                .toArray());
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).usingComparatorWithPrecision(1e-10).containsExactly(expected.toDoubles());
    }

    @Test
    void aQueryWithoutKeysGetsZerosAndFiniteGradients() {
        for (DType dtype : List.of(DType.F32, DType.F64, DType.BF16)) {
            Tensor q = backend.normal(Shape.of(1, 1, 2, K), dtype, 1).variable();
            Tensor k = backend.normal(Shape.of(1, 1, 3, K), dtype, 2).variable();
            Tensor mask = backend.tensor(new boolean[] {false, false, false, true, false, true}, Shape.of(2, 3));
            Tensor bias = backend.zeros(Shape.of(2, 3), dtype).variable();
            for (Attention attention :
                    List.of(Attention.masked(mask), Attention.masked(mask).withBias(bias))) {
                Tensor output = q.attention(k, k, attention);
                assertThat(output.slice(2, 0, 1).toDoubles()).containsOnly(0);
                List<Tensor> gradients =
                        backend.gradients(List.of(output), List.of(q, k), List.of(backend.ones(output.shape(), dtype)));
                gradients.forEach(g -> assertThat(g.to(DType.F64).toDoubles()).doesNotContain(Double.NaN));
            }
        }
    }

    @Test
    void noKeysAtAllGiveZeros() {
        Tensor q = backend.ones(Shape.of(1, 2, 3, K), DType.F32);
        Tensor none = backend.ones(Shape.of(1, 2, 0, K), DType.F32);
        assertThat(q.attention(none, none, Attention.FULL).toFloats())
                .hasSize(24)
                .containsOnly(0);
        assertThat(none.attention(q, q, Attention.CAUSAL).shape()).isEqualTo(Shape.of(1, 2, 0, K));
    }

    @Test
    void leadingDimensionsAreBroadcast() {
        Tensor q = backend.normal(Shape.of(2, 3, 4, K), DType.F64, 1);
        Tensor k = backend.normal(Shape.of(1, 1, 5, K), DType.F64, 2);
        Tensor all = k.expand(Shape.of(2, 3, 5, K));
        assertClose(q.attention(k, k, Attention.FULL), q.attention(all, all, Attention.FULL));
    }

    @Test
    void dropoutOfWeightsIsFixedByItsKey() {
        Tensor q = backend.normal(Shape.of(1, 1, 8, K), DType.F64, 1);
        Tensor once = q.attention(q, q, Attention.CAUSAL.withDropout(0.5, 9));
        assertClose(q.attention(q, q, Attention.CAUSAL.withDropout(0.5, 9)), once);
        assertClose(
                once, q.attentionWeights(q, Attention.CAUSAL).dropout(0.5, 9).matmul(q));
        assertThat(q.attention(q, q, Attention.CAUSAL.withDropout(0.5, 10)).toDoubles())
                .isNotEqualTo(once.toDoubles());
    }
}
