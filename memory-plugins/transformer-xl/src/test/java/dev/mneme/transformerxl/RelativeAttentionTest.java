package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.nn.KeyValues;
import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.RelativeAttention;
import dev.mneme.nn.RelativePositions;
import dev.mneme.nn.RelativeTerms;
import dev.mneme.nn.RelativeTermsSource;
import dev.mneme.nn.SinusoidalTerms;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Relative attention against its formula, written out in loops. */
final class RelativeAttentionTest {
    private static final int BATCH = 2;
    private static final int HEADS = 2;
    private static final int HEAD_DIM = 3;
    private static final int DIM = 8;
    private static final int LENGTH = 4;
    private static final int KEYS = 7;

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void shiftingMovesEachRowOneStepFarther(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope()) {
            // [[a0, a1, a2], [b0, b1, b2]] behind a column of zeros
            double[] rows = {0, 10, 11, 12, 0, 20, 21, 22};
            Tensor shifted = RelativePositions.shift(backend.tensor(rows, Shape.of(1, 1, 2, 4), DType.F64));
            assertThat(shifted.toDoubles()).containsExactly(11, 12, 0, 20, 21, 22);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void sinusoidalScoresEqualTheGatheredFormula(TestEngine engine) {
        TensorBackend backend = engine.backend();
        ModuleContext context = new ModuleContext(backend, DType.F64, 7);
        for (int clamp : new int[] {0, 3}) {
            try (RelativeTermsSource source = new SinusoidalTerms(context, 2, DIM, HEADS, HEAD_DIM, false, clamp, 0);
                    TensorScope scope = backend.scope()) {
                spread(source);
                RelativeTerms terms =
                        source.of(KEYS + 1, null, Pass.evaluation()).get(1);
                double[] table = RelativePositions.table(backend, DType.F64, KEYS, DIM)
                        .linear(
                                source.parameters()
                                        .get("layers.1.position.weight")
                                        .value(),
                                null)
                        .toDoubles();
                double[][] byDistance = new double[KEYS + 1][];
                for (int distance = 0; distance <= KEYS; distance++) {
                    int row = KEYS - (clamp == 0 ? distance : Math.min(distance, clamp));
                    byDistance[distance] = Rows.row(table, HEADS * HEAD_DIM, row);
                }
                assertEqualsFormula(
                        context,
                        terms,
                        source.parameters().get("layers.1.content_bias").value().toDoubles(),
                        source.parameters()
                                .get("layers.1.position_bias")
                                .value()
                                .toDoubles(),
                        byDistance,
                        new double[(KEYS + 1) * HEADS]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void learnedScoresEqualTheGatheredFormula(TestEngine engine) {
        TensorBackend backend = engine.backend();
        ModuleContext context = new ModuleContext(backend, DType.F64, 7);
        int known = 5;
        try (RelativeTermsSource source = new LearnedTerms(context, 2, HEADS, HEAD_DIM, known, 0, 0);
                TensorScope scope = backend.scope()) {
            spread(source);
            double[] vectors =
                    source.parameters().get("layers.1.distances").value().toDoubles();
            double[] numbers =
                    source.parameters().get("layers.1.offsets").value().toDoubles();
            double[][] byDistance = new double[KEYS + 1][];
            double[] offsets = new double[(KEYS + 1) * HEADS];
            for (int distance = 0; distance <= KEYS; distance++) {
                int row = Math.min(distance, known - 1);
                byDistance[distance] = Rows.row(vectors, HEADS * HEAD_DIM, row);
                System.arraycopy(numbers, row * HEADS, offsets, distance * HEADS, HEADS);
            }
            assertEqualsFormula(
                    context,
                    source.of(KEYS + 1, null, Pass.evaluation()).get(1),
                    source.parameters().get("layers.1.content_bias").value().toDoubles(),
                    new double[HEADS * HEAD_DIM],
                    byDistance,
                    offsets);
        }
    }

    private static void spread(Module module) {
        module.parameters().forEach((path, parameter) -> {
            double[] values = parameter.value().toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] += Math.sin(path.length() + 1.3 * i);
            }
            Tensor value = parameter.value();
            value.assign(value.backend().tensor(values, value.shape(), DType.F64));
        });
    }

    private static void assertEqualsFormula(
            ModuleContext context,
            RelativeTerms terms,
            double[] contentBias,
            double[] positionBias,
            double[][] byDistance,
            double[] offsets) {
        TensorBackend backend = context.backend();
        Tensor queries = backend.normal(Shape.of(BATCH, HEADS, LENGTH, HEAD_DIM), DType.F64, 1);
        Tensor keys = backend.normal(Shape.of(BATCH, HEADS, KEYS, HEAD_DIM), DType.F64, 2);
        Tensor values = backend.normal(Shape.of(BATCH, HEADS, KEYS, HEAD_DIM), DType.F64, 3);
        Tensor allowed =
                backend.arange(0, KEYS).le(backend.arange(KEYS - LENGTH, KEYS).unsqueeze(1));
        double[] q = queries.toDoubles();
        double[] k = keys.toDoubles();
        double[] expected = new double[BATCH * HEADS * LENGTH * KEYS];
        for (int row = 0; row < BATCH * HEADS * LENGTH; row++) {
            int head = row / LENGTH % HEADS;
            int i = row % LENGTH;
            double total = 0;
            for (int j = 0; j <= i + KEYS - LENGTH; j++) {
                int distance = i + KEYS - LENGTH - j;
                double score = offsets[distance * HEADS + head];
                for (int c = 0; c < HEAD_DIM; c++) {
                    double query = q[row * HEAD_DIM + c];
                    int at = head * HEAD_DIM + c;
                    score += (query + contentBias[at]) * k[(row / LENGTH * KEYS + j) * HEAD_DIM + c];
                    score += (query + positionBias[at]) * byDistance[distance][at];
                }
                expected[row * KEYS + j] = Math.exp(score / Math.sqrt(HEAD_DIM));
                total += expected[row * KEYS + j];
            }
            for (int j = 0; j < KEYS; j++) {
                expected[row * KEYS + j] /= total;
            }
        }
        try (RelativeAttention attention = new RelativeAttention(context, DIM, HEADS, HEAD_DIM, true, true, 0)) {
            Rows.assertClose(attention.weights(queries, keys, terms, allowed).toDoubles(), expected);
            Tensor weights = backend.tensor(expected, Shape.of(BATCH, HEADS, LENGTH, KEYS), DType.F64);
            double[] mixed = attention.mix(weights, values, Pass.evaluation()).toDoubles();
            try (GradientMode off = backend.noGradient()) {
                KeyValues keyValues = new KeyValues(keys, values);
                Rows.assertClose(
                        attention
                                .attend(queries, keyValues, terms, allowed, Pass.evaluation())
                                .toDoubles(),
                        mixed);
            }
        }
    }
}
