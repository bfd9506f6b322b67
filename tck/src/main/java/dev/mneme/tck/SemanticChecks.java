package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/** Promises that a comparison with another engine on random numbers does not see. */
final class SemanticChecks {
    private static final double EXACT = 1e-12;

    private final TensorBackend engine;

    SemanticChecks(TensorBackend engine) {
        this.engine = engine;
    }

    Stream<DynamicTest> tests() {
        return Stream.of(
                test("host copies keep every value of every type", this::hostCopies),
                test("large integers stay exact", this::largeIntegers),
                test("creation fills, counts and leaves no rounding", this::creation),
                test("argmax gives the lowest of equal positions", this::argmaxOfTies),
                test("equal maxima share the gradient evenly", this::gradientOfTies),
                test("maximum and minimum halve the gradient of equal elements", this::gradientOfEqualElements),
                test("clamp passes no gradient outside of its range", this::gradientOfClamp),
                test("a query without any key gets zeros and finite gradients", this::fullyMaskedRows),
                test("causal attention is aligned at the end", this::causalAlignment),
                test("attention dropout follows its key and keeps the scale", this::attentionDropout),
                test("dropout zeroes or scales, following its key", this::dropout),
                test("dropout passes gradients where it passed values", this::gradientOfDropout),
                test("dropout of probability 0 and 1", this::dropoutAtItsEnds),
                test("crossEntropy ignores rows with a negative target", this::ignoredRows),
                test("assign changes this tensor and only its storage", this::assign),
                test("no change reaches a tensor made by an operation", this::resultsDoNotAlias));
    }

    private DynamicTest test(String name, Executable body) {
        return Check.named(name, () -> {
            try (TensorScope scope = engine.scope()) {
                body.execute();
            }
        });
    }

    private Tensor tensor(double... values) {
        return engine.tensor(values, Shape.of(values.length), DType.F64);
    }

    private Tensor tensor(Shape shape, double... values) {
        return engine.tensor(values, shape, DType.F64);
    }

    private double[] gradient(Tensor output, Tensor variable) {
        List<Tensor> unweighted = new ArrayList<>();
        unweighted.add(null);
        return engine.gradients(List.of(output), List.of(variable), unweighted)
                .get(0)
                .toDoubles();
    }

    private void hostCopies() {
        double[] doubles = {0, -0.1, Math.PI, 1e300, Double.NaN, Double.POSITIVE_INFINITY};
        assertThat(tensor(doubles).toDoubles()).containsExactly(doubles);
        float[] floats = {0, -0.1f, 3e38f, Float.NEGATIVE_INFINITY};
        Tensor single = engine.tensor(floats, Shape.of(2, 2));
        assertThat(single.dtype()).isEqualTo(DType.F32);
        assertThat(single.toFloats()).containsExactly(floats);
        assertThat(single.transpose(0, 1).toFloats()).containsExactly(0, 3e38f, -0.1f, Float.NEGATIVE_INFINITY);
        assertThat(engine.tensor(new double[] {0.1}, Shape.scalar(), DType.F32).toDoubles())
                .containsExactly(0.1f);
        boolean[] truths = {true, false, true};
        assertThat(engine.tensor(truths, Shape.of(3)).toBooleans()).containsExactly(truths);
        assertThat(tensor(4.5).item()).isEqualTo(4.5);
        assertThat(tensor(Shape.of(0, 3)).toDoubles()).isEmpty();
    }

    private void largeIntegers() {
        long[] integers = {Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1, -1};
        Tensor tensor = engine.tensor(integers, Shape.of(4));
        assertThat(tensor.toLongs()).containsExactly(integers);
        assertThat(tensor.slice(0, 2, 4).add(1).toLongs()).containsExactly((1L << 53) + 2, 0);
        assertThat(tensor.slice(0, 2, 3).sum().toLongs()).containsExactly((1L << 53) + 1);
        assertThat(tensor.slice(0, 2, 4).max(0, false).toLongs()).containsExactly((1L << 53) + 1);
    }

    private void creation() {
        assertThat(engine.full(Shape.of(2), 0.1, DType.F32).toFloats()).containsExactly(0.1f, 0.1f);
        assertThat(engine.full(Shape.of(2), -7, DType.I64).toLongs()).containsExactly(-7, -7);
        assertThat(engine.full(Shape.of(2), 1, DType.BOOL).toBooleans()).containsExactly(true, true);
        assertThat(engine.full(Shape.scalar(), 2.5, DType.F64).item()).isEqualTo(2.5);
        assertThat(engine.zeros(Shape.of(0), DType.F64).toDoubles()).isEmpty();
        assertThat(engine.ones(Shape.of(1, 2), DType.F64).toDoubles()).containsExactly(1, 1);
        assertThat(engine.arange(-2, 3).toLongs()).containsExactly(-2, -1, 0, 1, 2);
        assertThat(engine.arange(4, 4).shape()).isEqualTo(Shape.of(0));
    }

    private void argmaxOfTies() {
        Tensor ties = tensor(Shape.of(2, 3), 1, 3, 3, 2, 2, 2);
        assertThat(ties.argmax(1, false).toLongs()).containsExactly(1, 0);
        assertThat(ties.argmax(0, false).toLongs()).containsExactly(1, 0, 0);
    }

    private void gradientOfTies() {
        Tensor x = tensor(Shape.of(2, 3), 1, 3, 3, 2, 2, 2).variable();
        double third = 1.0 / 3;
        Engines.assertClose(gradient(x.max(1, false).sum(), x), new double[] {0, 0.5, 0.5, third, third, third}, EXACT);
        Tensor y = tensor(1, 1, 5).variable();
        Engines.assertClose(gradient(y.min(0, true).sum(), y), new double[] {0.5, 0.5, 0}, EXACT);
    }

    private void gradientOfEqualElements() {
        Tensor a = tensor(1, 2, 3).variable();
        Tensor b = tensor(3, 2, 1).variable();
        Engines.assertClose(gradient(a.maximum(b).sum(), a), new double[] {0, 0.5, 1}, EXACT);
        Engines.assertClose(gradient(a.maximum(b).sum(), b), new double[] {1, 0.5, 0}, EXACT);
        Engines.assertClose(gradient(a.minimum(b).sum(), a), new double[] {1, 0.5, 0}, EXACT);
        Engines.assertClose(gradient(a.minimum(b).sum(), b), new double[] {0, 0.5, 1}, EXACT);
    }

    private void gradientOfClamp() {
        Tensor x = tensor(-3, 0, 3).variable();
        Engines.assertClose(gradient(x.clamp(-1, 1).sum(), x), new double[] {0, 1, 0}, EXACT);
    }

    private void fullyMaskedRows() {
        for (DType dtype : new DType[] {DType.F32, DType.F64}) {
            Tensor query = engine.normal(Shape.of(1, 2, 3, 4), dtype, 1).variable();
            Tensor key = engine.normal(Shape.of(1, 2, 5, 4), dtype, 2).variable();
            Tensor value = engine.normal(Shape.of(1, 2, 5, 4), dtype, 3).variable();
            boolean[] seen = new boolean[15];
            Arrays.fill(seen, 5, 15, true);
            Attention attention = Attention.masked(engine.tensor(seen, Shape.of(3, 5)));
            Tensor result = query.attention(key, value, attention);
            assertThat(result.slice(2, 0, 1).toDoubles()).containsOnly(0);
            assertThat(result.slice(2, 1, 3).toDoubles()).doesNotContain(0);
            assertThat(query.attentionWeights(key, attention).slice(2, 0, 1).toDoubles())
                    .containsOnly(0);
            List<Tensor> unweighted = new ArrayList<>();
            unweighted.add(null);
            List<Tensor> gradients =
                    engine.gradients(List.of(result.square().sum()), List.of(query, key, value), unweighted);
            for (Tensor gradient : gradients) {
                assertThat(Arrays.stream(gradient.toDoubles())).allMatch(Double::isFinite);
            }
            assertThat(gradients.get(0).slice(2, 0, 1).toDoubles()).containsOnly(0);
        }
    }

    private void causalAlignment() {
        Tensor query = engine.normal(Shape.of(1, 1, 2, 3), DType.F64, 1);
        Tensor key = engine.normal(Shape.of(1, 1, 4, 3), DType.F64, 2);
        double[] weights = query.attentionWeights(key, Attention.CAUSAL).toDoubles();
        boolean[] positive = new boolean[weights.length];
        for (int i = 0; i < weights.length; i++) {
            positive[i] = weights[i] > 0;
        }
        assertThat(positive).containsExactly(true, true, true, false, true, true, true, true);
        Tensor fewerKeys = query.attentionWeights(key.slice(2, 0, 1), Attention.CAUSAL);
        Engines.assertClose(fewerKeys.toDoubles(), new double[] {0, 1}, EXACT);
    }

    private void attentionDropout() {
        Tensor query = engine.normal(Shape.of(2, 2, 16, 4), DType.F64, 1);
        Tensor key = engine.normal(Shape.of(2, 2, 64, 4), DType.F64, 2);
        Tensor ones = engine.ones(Shape.of(2, 2, 64, 1), DType.F64);
        double[] kept =
                query.attention(key, ones, Attention.FULL.withDropout(0.25, 7)).toDoubles();
        assertThat(query.attention(key, ones, Attention.FULL.withDropout(0.25, 7))
                        .toDoubles())
                .containsExactly(kept);
        assertThat(query.attention(key, ones, Attention.FULL.withDropout(0.25, 8))
                        .toDoubles())
                .isNotEqualTo(kept);
        double mean = Arrays.stream(kept).average().orElseThrow();
        assertThat(mean).as("mean sum of the dropped and scaled weights").isBetween(0.9, 1.1);
        assertThat(Arrays.stream(kept)).anyMatch(sum -> Math.abs(sum - 1) > 0.01);
    }

    private void dropout() {
        Tensor x = engine.ones(Shape.of(100, 100), DType.F64);
        double[] values = x.dropout(0.2, 5).toDoubles();
        long zeros = Arrays.stream(values).filter(value -> value == 0).count();
        assertThat(zeros).isBetween(1800L, 2200L);
        assertThat(Arrays.stream(values).filter(value -> value != 0)).allMatch(value -> Math.abs(value - 1.25) < EXACT);
        assertThat(x.dropout(0.2, 5).toDoubles()).containsExactly(values);
        assertThat(x.dropout(0.2, 6).toDoubles()).isNotEqualTo(values);
    }

    private void gradientOfDropout() {
        Tensor x = engine.ones(Shape.of(50), DType.F64).variable();
        Tensor result = x.dropout(0.5, 3);
        double[] values = result.toDoubles();
        Engines.assertClose(gradient(result.sum(), x), values, EXACT);
    }

    private void dropoutAtItsEnds() {
        Tensor x = tensor(1, 2, 3);
        Tensor same = x.dropout(0, 1);
        assertThat(same.toDoubles()).containsExactly(1, 2, 3);
        same.close();
        assertThat(x.isOpen()).isTrue();
        assertThat(Arrays.stream(x.dropout(1, 1).toDoubles())).allMatch(value -> value == 0);
    }

    private void ignoredRows() {
        Tensor logits = engine.normal(Shape.of(4, 3), DType.F64, 1).variable();
        Tensor targets = engine.tensor(new long[] {-1, 2, -100, 0}, Shape.of(4));
        Tensor counted = logits.indexSelect(0, engine.tensor(new long[] {1, 3}, Shape.of(2)));
        Tensor countedTargets = engine.tensor(new long[] {2, 0}, Shape.of(2));
        Tensor loss = logits.crossEntropy(targets, 0.1);
        Engines.assertSame(loss, counted.crossEntropy(countedTargets, 0.1), EXACT);
        double[] gradient = gradient(loss, logits);
        for (int column = 0; column < 3; column++) {
            assertThat(gradient[column]).isZero();
            assertThat(gradient[6 + column]).isZero();
            assertThat(gradient[3 + column]).isNotZero();
        }
        Tensor none = logits.crossEntropy(engine.full(Shape.of(4), -1, DType.I64), 0);
        assertThat(none.item()).isZero();
        assertThat(Arrays.stream(gradient(none, logits))).allMatch(value -> value == 0);
    }

    private void assign() {
        Tensor x = tensor(1, 2);
        Tensor before = x.add(0);
        Tensor leaf = x.variable();
        Tensor detached = x.detach();
        x.assign(tensor(3, 4));
        assertThat(x.toDoubles()).containsExactly(3, 4);
        assertThat(leaf.toDoubles()).as("a variable shares the storage").containsExactly(3, 4);
        assertThat(detached.dtype()).isEqualTo(DType.F64);
        assertThat(before.toDoubles()).containsExactly(1, 2);
        Tensor wide = tensor(Shape.of(2, 2), 1, 2, 3, 4);
        x.assign(wide.transpose(0, 1).select(0, 1));
        assertThat(x.toDoubles()).containsExactly(2, 4);
    }

    private void resultsDoNotAlias() {
        Tensor x = tensor(1, 2, 3);
        List<Tensor> results = List.of(
                x.add(0),
                x.mul(1),
                x.maximum(x),
                x.relu(),
                x.abs(),
                x.sum(true, 0),
                x.cumsum(0),
                x.indexSelect(0, engine.arange(0, 3)),
                x.gt(0).where(x, x),
                x.pow(1),
                x.neg().neg());
        List<double[]> before = results.stream().map(Tensor::toDoubles).toList();
        x.assign(tensor(7, 8, 9));
        for (int i = 0; i < before.size(); i++) {
            assertThat(results.get(i).toDoubles()).containsExactly(before.get(i));
        }
    }
}
