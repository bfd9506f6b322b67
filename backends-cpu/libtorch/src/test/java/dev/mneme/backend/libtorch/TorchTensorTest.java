package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.TopK;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TorchTensorTest {
    private static final Offset<Double> EXACT = within(1e-12);

    private final TorchBackend backend = TorchBackend.cpu(EngineOptions.defaults());
    private TensorScope scope;

    @BeforeEach
    void openScope() {
        scope = backend.scope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
        assertThat(backend.memory().liveTensors()).isZero();
    }

    private Tensor vector(double... values) {
        return backend.tensor(values, Shape.of(values.length), DType.F64);
    }

    private Tensor matrix(int rows, double... values) {
        return backend.tensor(values, Shape.of(rows, values.length / rows), DType.F64);
    }

    private static void assertClose(Tensor actual, double... expected) {
        assertThat(actual.toDoubles()).usingComparatorWithPrecision(1e-12).containsExactly(expected);
    }

    @Test
    void hostValuesSurviveARoundTrip() {
        assertThat(backend.tensor(new float[] {1, 2.5f}, Shape.of(2, 1)).toFloats())
                .containsExactly(1, 2.5f);
        assertThat(backend.tensor(new long[] {Long.MAX_VALUE, -3}, Shape.of(2)).toLongs())
                .containsExactly(Long.MAX_VALUE, -3);
        assertThat(backend.tensor(new boolean[] {true, false}, Shape.of(2)).toBooleans())
                .containsExactly(true, false);
        assertThat(vector(Math.PI).toDoubles()).containsExactly(Math.PI);
        assertThat(backend.tensor(new double[] {1.5}, Shape.of(1), DType.BF16).toFloats())
                .containsExactly(1.5f);
        assertThat(backend.tensor(new long[] {7}, Shape.of(1)).toDoubles()).containsExactly(7);
    }

    @Test
    void viewsAreReadInRowMajorOrder() {
        Tensor x = matrix(2, 1, 2, 3, 4, 5, 6);
        assertClose(x.transpose(0, 1), 1, 4, 2, 5, 3, 6);
        assertClose(x.slice(1, -2, 3), 2, 3, 5, 6);
        assertClose(x.transpose(0, 1).reshape(2, -1), 1, 4, 2, 5, 3, 6);
        assertClose(x.select(1, -1), 3, 6);
        assertClose(x.flip(1), 3, 2, 1, 6, 5, 4);
        assertThat(x.unsqueeze(-1).shape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(x.permute(1, 0).unsqueeze(0).squeeze(0).shape()).isEqualTo(Shape.of(3, 2));
        assertClose(vector(1, 2).expand(Shape.of(2, 2)), 1, 2, 1, 2);
    }

    @Test
    void operandsAreBroadcast() {
        Tensor x = matrix(2, 1, 2, 3, 4, 5, 6);
        assertClose(x.add(vector(10, 20, 30)), 11, 22, 33, 14, 25, 36);
        assertClose(x.div(matrix(2, 2, 4)), 0.5, 1, 1.5, 1, 1.25, 1.5);
        assertClose(x.maximum(vector(4, 4, 4)), 4, 4, 4, 4, 5, 6);
        assertThat(x.gt(vector(3, 1, 3)).toBooleans()).containsExactly(false, true, false, true, true, true);
        assertClose(vector(1, 2).lt(1.5).where(vector(7, 7), vector(8, 8)), 7, 8);
        assertClose(x.maskedFill(vector(1, 0, 0).eq(1), -1), -1, 2, 3, -1, 5, 6);
    }

    @Test
    void emptyTensorsAreOrdinaryValues() {
        Tensor empty = backend.zeros(Shape.of(0, 3), DType.F32);
        assertThat(empty.toFloats()).isEmpty();
        assertThat(empty.add(1).relu().softmax(-1).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(empty.sum().item()).isZero();
        assertThat(empty.sum(false, 0).toFloats()).containsExactly(0, 0, 0);
        assertThat(empty.transpose(0, 1).matmul(empty).toFloats()).hasSize(9).containsOnly(0);
        assertThat(backend.concat(List.of(empty, backend.ones(Shape.of(1, 3), DType.F32)), 0)
                        .shape())
                .isEqualTo(Shape.of(1, 3));
        assertThat(empty.linear(backend.ones(Shape.of(5, 3), DType.F32), null).shape())
                .isEqualTo(Shape.of(0, 5));
    }

    @Test
    void integersStayIntegers() {
        Tensor x = backend.arange(-1, 3);
        assertThat(x.mul(3).add(1).toLongs()).containsExactly(-2, 1, 4, 7);
        assertThat(x.sum().toLongs()).containsExactly(2);
        assertThat(x.gt(0).sum().dtype()).isEqualTo(DType.I64);
        assertThat(x.cumsum(0).toLongs()).containsExactly(-1, -1, 0, 2);
        assertThat(x.eq(1).toBooleans()).containsExactly(false, false, true, false);
        assertThat(x.gt(0).eq(1).maskedFill(x.lt(0), 1).toBooleans()).containsExactly(true, false, true, true);
        assertThat(x.clamp(0, 1).toLongs()).containsExactly(0, 0, 1, 1);
        assertThat(vector(-1.7, 1.7).to(DType.I64).toLongs()).containsExactly(-1, 1);
        assertThat(backend.full(Shape.of(1), 2.9, DType.I64).toLongs()).containsExactly(2);
        assertThat(backend.full(Shape.of(1), 0.5, DType.BOOL).toBooleans()).containsExactly(true);
    }

    @Test
    void reductionsRunOverAllOrSomeDimensions() {
        Tensor x = matrix(2, 1, 2, 3, 4, 5, 9);
        assertThat(x.sum(true).shape()).isEqualTo(Shape.of(1, 1));
        assertClose(x.sum(false, 0, -1), 24);
        assertClose(x.mean(false, -1), 2, 6);
        assertThat(x.mean().item()).isEqualTo(4, EXACT);
        assertClose(x.variance(false, 1), 2.0 / 3, 14.0 / 3);
        assertClose(x.max(0, true), 4, 5, 9);
        assertClose(x.min(1, false), 1, 4);
        assertThat(vector(3, 5, 5).argmax(0, false).toLongs()).containsExactly(1);
        assertThat(backend.full(Shape.scalar(), 3, DType.F32).sum(true).item()).isEqualTo(3);
    }

    @Test
    void theLargestElementsComeInDescendingOrder() {
        TopK top = matrix(2, 1, 9, 3, 8, 5, 7).topk(2, -1);
        assertClose(top.values(), 9, 3, 8, 7);
        assertThat(top.indices().toLongs()).containsExactly(1, 2, 0, 2);
        assertClose(vector(1, 3, 2).sortDescending(0).values(), 3, 2, 1);
        assertThat(vector(1, 3).topk(0, 0).values().shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void indexingAddsRepeatedPositionsUp() {
        Tensor x = matrix(3, 1, 2, 3, 4, 5, 6);
        Tensor rows = backend.tensor(new long[] {2, 0, 2}, Shape.of(3));
        assertClose(x.indexSelect(0, rows), 5, 6, 1, 2, 5, 6);
        assertClose(x.embedding(rows.reshape(1, 3)), 5, 6, 1, 2, 5, 6);
        assertClose(x.indexAdd(0, rows, x), 4, 6, 3, 4, 11, 14);
        Tensor index = backend.tensor(new long[] {1, 0, 1, 1}, Shape.of(2, 2));
        assertClose(x.gather(1, index), 2, 1, 4, 4);
        assertClose(x.scatterAdd(0, index, matrix(2, 1, 1, 1, 1)), 1, 3, 5, 5, 5, 6);
        assertThat(rows.oneHot(3, DType.F32).toFloats()).containsExactly(0, 0, 1, 1, 0, 0, 0, 0, 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F64", "BF16", "F16"})
    void everyFloatingTypeComputes(DType dtype) {
        Tensor x = backend.normal(Shape.of(2, 4), dtype, 1);
        Tensor y = x.linear(backend.uniform(Shape.of(3, 4), dtype, 2), backend.ones(Shape.of(3), dtype))
                .layerNorm(null, null, 1e-5)
                .gelu()
                .softmax(-1);
        assertThat(y.dtype()).isEqualTo(dtype);
        Tensor shifted = x.mul(0.5).add(1).maskedFill(x.lt(-1), 0);
        assertThat(shifted.dtype()).isEqualTo(dtype);
        assertThat(x.mul(0).add(1.5).toDoubles()).containsOnly(1.5);
        assertThat(y.sum(false, -1).toDoubles())
                .usingComparatorWithPrecision(2e-2)
                .containsExactly(1, 1);
    }

    @Test
    void fusedOperationsEqualTheirFormulas() {
        Tensor x = backend.normal(Shape.of(3, 5), DType.F64, 3);
        Tensor gain = backend.uniform(Shape.of(5), DType.F64, 4);
        Tensor bias = backend.normal(Shape.of(5), DType.F64, 5);
        Tensor centred = x.sub(x.mean(true, -1));
        Tensor normal = centred.div(centred.square().mean(true, -1).add(1e-3).sqrt());
        assertSame(x.layerNorm(gain, bias, 1e-3), normal.mul(gain).add(bias));
        assertSame(x.layerNorm(null, bias, 1e-3), normal.add(bias));
        assertSame(x.layerNorm(gain, null, 1e-3), normal.mul(gain));
        Tensor root = x.square().mean(true, -1).add(1e-3).sqrt();
        assertSame(x.rmsNorm(gain, 1e-3), x.div(root).mul(gain));
        assertSame(x.rmsNorm(null, 1e-3), x.div(root));
        Tensor exponentials = x.exp();
        assertSame(x.softmax(0), exponentials.div(exponentials.sum(true, 0)));
        assertSame(x.logSoftmax(-1), x.softmax(-1).log());
        assertSame(x.logSumExp(1, false), exponentials.sum(false, 1).log());
        assertSame(x.silu(), x.div(x.neg().exp().add(1)));
        assertSame(x.mul(30).softplus(), x.mul(30).exp().add(1).log());
        assertSame(x.gelu(), x.mul(x.mul(Math.sqrt(0.5)).erf().add(1)).mul(0.5));
        assertSame(x.rsqrt().square().reciprocal(), x.sqrt().square());
        assertSame(x.linear(x, null), x.matmul(x.transpose(0, 1)));
        assertSame(x.abs().pow(1.5), x.abs().mul(x.abs().sqrt()));
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.toDoubles()).usingComparatorWithPrecision(1e-9).containsExactly(expected.toDoubles());
    }

    @Test
    void crossEntropyCountsOnlyNonNegativeTargets() {
        Tensor logits = backend.normal(Shape.of(3, 4), DType.F64, 6);
        Tensor targets = backend.tensor(new long[] {2, -100, 0}, Shape.of(3));
        Tensor log = logits.logSoftmax(-1);
        double[] p = log.toDoubles();
        assertThat(logits.crossEntropy(targets, 0).item()).isEqualTo(-(p[2] + p[8]) / 2, EXACT);
        double[] means = log.mean(false, -1).toDoubles();
        double smooth = -(0.9 * (p[2] + p[8]) + 0.1 * (means[0] + means[2])) / 2;
        assertThat(logits.crossEntropy(targets, 0.1).item()).isEqualTo(smooth, EXACT);
        Tensor variable = logits.variable();
        Tensor none = variable.crossEntropy(backend.full(Shape.of(3), -1, DType.I64), 0.1);
        assertThat(none.item()).isZero();
        Tensor gradient = backend.gradients(List.of(none), List.of(variable), java.util.Arrays.asList((Tensor) null))
                .get(0);
        assertThat(gradient.toDoubles()).containsOnly(0);
    }

    @Test
    void maximaShareTheirGradientEvenly() {
        assertGradient(x -> x.max(0, false), vector(2, 5, 5), 0, 0.5, 0.5);
        assertGradient(x -> x.maximum(vector(2, 9, 0)), vector(2, 5, 5), 0.5, 0, 1);
        assertGradient(x -> x.clamp(0, 3), vector(-1, 1, 5), 0, 1, 0);
        assertGradient(x -> x.topk(1, 0).values(), vector(2, 5, 4), 0, 1, 0);
    }

    private void assertGradient(UnaryOperator<Tensor> function, Tensor at, double... expected) {
        Tensor x = at.variable();
        Tensor y = function.apply(x);
        assertClose(
                backend.gradients(List.of(y), List.of(x), List.of(backend.ones(y.shape(), DType.F64)))
                        .get(0),
                expected);
    }

    @Test
    void assignOverwritesSharedStorage() {
        Tensor x = vector(1, 2, 3);
        Tensor view = x.slice(0, 1, 3);
        x.variable().assign(vector(4, 5, 6));
        assertClose(view, 5, 6);
        x.assign(x.flip(0));
        x.slice(0, 0, 2).assign(x.slice(0, 1, 3));
        assertClose(x, 5, 4, 4);
    }

    @Test
    void dropoutIsFixedByItsKey() {
        Tensor x = backend.ones(Shape.of(10_000), DType.F32);
        float[] once = x.dropout(0.25, 7).toFloats();
        assertThat(x.dropout(0.25, 7).toFloats()).containsExactly(once);
        assertThat(x.dropout(0.25, 8).toFloats()).isNotEqualTo(once);
        assertThat(x.dropout(0.25, 7).mean().item()).isEqualTo(1, within(0.03));
        assertThat(once).containsOnly(0, 1 / 0.75f);
        assertThat(x.dropout(1, 7).sum().item()).isZero();
        assertThat(x.dropout(0, 7).toFloats()).containsOnly(1);
    }
}
