package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.TopK;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values worked out by hand or taken from tables, not computed by this project. */
final class ReferenceBackendTest {
    private static final double EXACT = 1e-14;

    private final TensorBackend engine = ReferenceBackend.open();
    private TensorScope scope;

    @BeforeEach
    void openScope() {
        scope = engine.scope();
    }

    @AfterEach
    void closeScope() {
        scope.close();
        assertThat(engine.memory().liveTensors()).isZero();
        assertThat(engine.memory().liveBytes()).isZero();
    }

    private Tensor tensor(Shape shape, double... values) {
        return engine.tensor(values, shape, DType.F64);
    }

    private static void assertValues(Tensor actual, double... expected) {
        Engines.assertClose(actual.toDoubles(), expected, EXACT);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0.1, 0.1124629160182849",
        "0.5, 0.5204998778130465",
        "1, 0.8427007929497149",
        "2, 0.9953222650189527",
        "3.5, 0.9999992569016276",
        "5, 0.9999999999984626",
        "7, 1",
        "-1, -0.8427007929497149"
    })
    void errorFunctionEqualsItsTable(double x, double expected) {
        assertThat(ErrorFunction.of(x)).isEqualTo(expected, within(1e-15));
    }

    @Test
    void matricesMultiply() {
        Tensor a = tensor(Shape.of(2, 2), 1, 2, 3, 4);
        Tensor b = tensor(Shape.of(2, 3), 5, 6, 7, 8, 9, 10);
        assertValues(a.matmul(b), 21, 24, 27, 47, 54, 61);
        assertValues(a.linear(tensor(Shape.of(1, 2), 10, 1), tensor(Shape.of(1), 0.5)), 12.5, 34.5);
    }

    @Test
    void elementsBroadcast() {
        Tensor column = tensor(Shape.of(2, 1), 1, 2);
        Tensor row = tensor(Shape.of(3), 10, 20, 30);
        assertValues(column.add(row), 11, 21, 31, 12, 22, 32);
        assertValues(row.sub(column), 9, 19, 29, 8, 18, 28);
    }

    @Test
    void elementsMove() {
        Tensor x = tensor(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        assertValues(x.transpose(0, 1), 1, 4, 2, 5, 3, 6);
        assertValues(x.slice(1, 1, 3), 2, 3, 5, 6);
        assertValues(x.select(0, -1), 4, 5, 6);
        assertValues(x.flip(1), 3, 2, 1, 6, 5, 4);
        assertValues(x.cumsum(0), 1, 2, 3, 5, 7, 9);
        assertValues(x.sum(false, 1), 6, 15);
        assertValues(x.variance(false, 1), 2.0 / 3, 2.0 / 3);
    }

    @Test
    void indicesPickAndAdd() {
        Tensor x = tensor(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
        Tensor index = engine.tensor(new long[] {2, 0, 2}, Shape.of(3));
        assertValues(x.indexSelect(1, index), 3, 1, 3, 6, 4, 6);
        assertValues(x.indexAdd(1, index, tensor(Shape.of(2, 3), 1, 10, 100, 1, 10, 100)), 11, 2, 104, 14, 5, 107);
        Tensor each = engine.tensor(new long[] {1, 2}, Shape.of(2, 1));
        assertValues(x.gather(1, each), 2, 6);
        assertValues(x.scatterAdd(1, each, tensor(Shape.of(2, 1), 10, 20)), 1, 12, 3, 4, 5, 26);
        TopK largest = tensor(Shape.of(4), 3, 9, 1, 5).topk(2, 0);
        assertValues(largest.values(), 9, 5);
        assertThat(largest.indices().toLongs()).containsExactly(1, 3);
    }

    @Test
    void attentionWeighsValues() {
        Tensor query = tensor(Shape.of(1, 1, 1, 4), 2, 0, 0, 0);
        Tensor key = tensor(Shape.of(1, 1, 2, 4), Math.log(3), 0, 0, 0, 0, 0, 0, 0);
        Tensor value = tensor(Shape.of(1, 1, 2, 1), 4, 8);
        assertValues(query.attentionWeights(key, Attention.FULL), 0.75, 0.25);
        assertValues(query.attention(key, value, Attention.FULL), 5);
    }

    @Test
    void normsAndLosses() {
        Tensor x = tensor(Shape.of(1, 2), 1, 3);
        assertValues(x.layerNorm(tensor(Shape.of(2), 10, 10), tensor(Shape.of(2), 1, 2), 0), -9, 12);
        assertValues(tensor(Shape.of(2), 3, 4).rmsNorm(null, 0.5), 3 / Math.sqrt(13), 4 / Math.sqrt(13));
        Tensor logits = tensor(Shape.of(2, 2), Math.log(3), 0, 5, 5);
        Tensor targets = engine.tensor(new long[] {0, -1}, Shape.of(2));
        assertValues(logits.crossEntropy(targets, 0), Math.log(4.0 / 3));
        assertValues(logits.crossEntropy(targets, 0.2), -0.9 * Math.log(0.75) - 0.1 * Math.log(0.25));
        assertValues(tensor(Shape.of(2), -1e9, 0).softplus(), 0, Math.log(2));
        assertValues(
                tensor(Shape.of(2), Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY)
                        .logSumExp(0, false),
                Double.NEGATIVE_INFINITY);
        assertValues(engine.globalNorm(List.of(tensor(Shape.of(1), 3), tensor(Shape.scalar(), 4))), 5);
    }

    @Test
    void firstAdamWStepMovesByTheLearningRate() {
        Tensor value = tensor(Shape.of(1), 2);
        Tensor first = tensor(Shape.of(1), 0);
        Tensor second = tensor(Shape.of(1), 0);
        engine.adamW(new AdamWStep(
                List.of(value),
                List.of(tensor(Shape.of(1), 8)),
                List.of(first),
                List.of(second),
                List.of(0.5),
                0.1,
                0.9,
                0.99,
                0,
                0.5,
                1));
        assertValues(value, 2 * (1 - 0.1 * 0.5) - 0.1);
        assertValues(first, 0.4);
        assertValues(second, 0.16);
    }

    @Test
    void singlePrecisionRounds() {
        assertThat(engine.tensor(new float[] {16777216, 1}, Shape.of(2)).sum().toFloats())
                .containsExactly(16777216);
    }

    @Test
    void compositesLeaveOneHandle() {
        String severalSteps =
                ".*(of a slice|of expand|of permute|of slice of expand|of transposes|own transpose|and back"
                        + "|masked scores|equal values|ignored|detach|to I64|largest|topk|sortDescending|split).*";
        List<OperationCase> single = OperationCases.all().stream()
                .filter(operation -> !operation.name().matches(severalSteps))
                .toList();
        assertThat(single).hasSizeGreaterThan(1000);
        for (OperationCase operation : single) {
            assertThat(HandleChecks.handlesLeftOpen(engine, operation))
                    .as(operation.toString())
                    .isOne();
        }
    }
}
