package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is computed in brain floats on the CPU, and what is not. 257 is the first whole number they cannot hold. */
final class TorchPrecisionTest {
    private final TorchBackend engine = TorchBackend.cpu(new EngineOptions(1));
    private final TensorBackend bf16 = engine.at(Precision.BF16);
    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = engine.scope();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(engine.memory().liveTensors()).isZero();
    }

    private Tensor row(float... values) {
        return bf16.tensor(values, Shape.of(1, values.length));
    }

    /** 256 as a product of brain floats, whatever the operand's last digit was. */
    private Tensor narrow() {
        Tensor narrow = row(257).matmul(row(1));
        assertThat(narrow.toFloats()).containsExactly(256);
        assertThat(isNarrow(narrow)).isTrue();
        return narrow;
    }

    private static boolean isNarrow(Tensor x) {
        return TorchKernels.of("test", x).read("test", Autocast::isNarrow);
    }

    @Test
    void productsRoundTheirOperandsAndStayF32ToTheirUsers() {
        assertThat(narrow().dtype()).isEqualTo(DType.F32);
        assertThat(row(257).linear(row(1), null).toFloats()).containsExactly(256);
        assertThat(row(257).linear(row(1), bf16.tensor(new float[] {2}, Shape.of(1)))
                        .toFloats())
                .containsExactly(258);
    }

    @Test
    void sumsOfProductsAreTakenInF32() {
        // 256 + 1 would be lost in brain floats, 256 of them make another 256.
        float[] ones = new float[512];
        java.util.Arrays.fill(ones, 1);
        Tensor x = bf16.tensor(ones, Shape.of(1, 512));

        assertThat(x.matmul(x.transpose(0, 1)).toFloats()).containsExactly(512);
    }

    @Test
    void theEngineItselfStaysExact() {
        Tensor x = engine.tensor(new float[] {257}, Shape.of(1, 1));

        assertThat(x.matmul(x).toFloats()).containsExactly(257 * 257);
    }

    @Test
    void otherTypesAreLeftAlone() {
        Tensor x = bf16.tensor(new double[] {257}, Shape.of(1, 1), DType.F64);

        assertThat(x.matmul(x).toDoubles()).containsExactly(257 * 257);
    }

    @Test
    void sumsWithF32TensorsAreF32() {
        Tensor sum = narrow().add(row(1));

        assertThat(isNarrow(sum)).isFalse();
        assertThat(sum.toFloats()).containsExactly(257);
    }

    @Test
    void whatNeedsAllDigitsIsF32() {
        Tensor narrow = row(1, 2, 3).mul(row(1, 1, 1)).linear(bf16.ones(Shape.of(4, 3), DType.F32), null);
        assertThat(isNarrow(narrow)).isTrue();
        Tensor one = bf16.ones(Shape.of(4), DType.F32);
        Tensor target = bf16.tensor(new long[] {1}, Shape.of(1));

        assertThat(List.of(
                        narrow.softmax(-1),
                        narrow.logSoftmax(-1),
                        narrow.logSumExp(-1, false),
                        narrow.layerNorm(one, one, 1e-5),
                        narrow.rmsNorm(one, 1e-5),
                        narrow.exp(),
                        narrow.log(),
                        narrow.square(),
                        narrow.sum(),
                        narrow.mean(),
                        narrow.variance(false, 1),
                        narrow.cumsum(1),
                        narrow.crossEntropy(target, 0)))
                .noneMatch(TorchPrecisionTest::isNarrow);
    }

    @Test
    void attentionHasTheValuesOfF32OnTheProcessor() {
        Tensor q = bf16.normal(Shape.of(2, 2, 5, 8), DType.F32, 1);
        Tensor same = engine.normal(Shape.of(2, 2, 5, 8), DType.F32, 1);

        assertThat(q.attention(q, q, Attention.CAUSAL).toFloats())
                .isEqualTo(same.attention(same, same, Attention.CAUSAL).toFloats());
    }

    @Test
    void parametersAreNarrowedOnceWithoutGradientsAndAgainWhenTheyChange() {
        Tensor weight = row(257).variable();
        long before = engine.memory().liveBytes();
        try (GradientMode off = bf16.noGradient()) {
            assertThat(row(1).linear(weight, null).toFloats()).containsExactly(256);
            long kept = engine.memory().liveBytes() - before;
            assertThat(row(2).linear(weight, null).toFloats()).containsExactly(512);
            assertThat(engine.memory().liveBytes() - before - kept).isLessThan(kept);

            weight.assign(row(3));
            assertThat(row(1).linear(weight, null).toFloats()).containsExactly(3);
        }
        Tensor gradient = row(1);
        bf16.adamW(step(weight, gradient));
        try (GradientMode off = bf16.noGradient()) {
            assertThat(row(1).linear(weight, null).toFloats()).containsExactly(2);
        }
    }

    /** A first step of AdamW moves by the rate, against the gradient's sign. */
    private AdamWStep step(Tensor weight, Tensor gradient) {
        Tensor mean = bf16.zeros(weight.shape(), DType.F32);
        Tensor variance = bf16.zeros(weight.shape(), DType.F32);
        return new AdamWStep(
                List.of(weight),
                List.of(gradient),
                List.of(mean),
                List.of(variance),
                List.of(0.0),
                1,
                0.9,
                0.999,
                1e-12,
                1,
                1);
    }

    @Test
    void parametersKeepTheirGradientAfterAPassWithoutOne() {
        Tensor weight = row(5).variable();
        try (GradientMode off = bf16.noGradient()) {
            row(1).linear(weight, null);
        }
        Tensor product = row(3).linear(weight, null);

        assertThat(bf16.gradients(List.of(product), List.of(weight), List.of(row(1)))
                        .get(0)
                        .toFloats())
                .containsExactly(3);
    }

    @Test
    void narrowAndWideOperandsMeetEverywhere() {
        Tensor narrow = narrow();
        Tensor index = bf16.tensor(new long[] {0}, Shape.of(1));

        assertThat(bf16.concat(List.of(narrow, row(257)), 0).toFloats()).containsExactly(256, 257);
        assertThat(row(1).indexAdd(0, index, narrow).toFloats()).containsExactly(257);
        assertThat(narrow.indexAdd(0, index, row(1)).toFloats()).containsExactly(257);
        assertThat(narrow.scatterAdd(1, index.unsqueeze(0), row(1)).toFloats()).containsExactly(257);
        assertThat(row(1).gt(0).where(narrow, row(2)).toFloats()).containsExactly(256);
        assertThat(row(1).layerNorm(narrow.reshape(1), null, 1e-5).toFloats()).containsExactly(0);
        Tensor parameter = row(1).variable();
        parameter.assign(narrow);
        assertThat(parameter.toFloats()).containsExactly(256);
        assertThat(isNarrow(parameter)).isFalse();
    }

    @Test
    void gradientsOfParametersAreF32() {
        Tensor weight = row(3).variable();
        Tensor product = row(257).linear(weight, null);

        Tensor gradient = bf16.gradients(List.of(product), List.of(weight), List.of(row(1)))
                .get(0);

        assertThat(isNarrow(product)).isTrue();
        assertThat(isNarrow(gradient)).isFalse();
        assertThat(gradient.toFloats()).containsExactly(256);
    }

    @Test
    void weightsKeepTheirGradientAfterAPassWithoutOne() {
        Tensor weight = row(3).variable();
        try (var off = bf16.noGradient()) {
            row(5).linear(weight, null);
        }

        assertThat(bf16.gradients(
                                List.of(row(5).linear(weight, null)), List.of(weight), java.util.Arrays.asList((Tensor)
                                        null))
                        .get(0)
                        .toFloats())
                .containsExactly(5);
    }

    @Test
    void dropoutKeepsTheMean() {
        Tensor narrow = bf16.ones(Shape.of(1000, 1), DType.F32).linear(bf16.ones(Shape.of(100, 1), DType.F32), null);
        Tensor dropped = narrow.dropout(0.1, 7);

        assertThat(isNarrow(dropped)).isTrue();
        assertThat(dropped.toFloats()).containsOnly(0, 1.109375f);
        assertThat(dropped.mean().item()).isCloseTo(1, within(0.01));
    }

    @Test
    void processorsHaveNoTf32() {
        assertThatThrownBy(() -> engine.at(Precision.TF32))
                .isInstanceOf(MnemeException.class)
                .hasMessage(
                        "CONFIG_INVALID: precision 'tf32': the engine 'libtorch' on cpu does not have it. Valid here: f32,"
                                + " bf16. Set train.precision or --precision to one of these, or choose another engine with"
                                + " --backend");
    }

    @Test
    void doctorIsToldWhatTheProcessorHas() {
        assertThat(engine.info().details())
                .containsEntry("bf16", BrainFloats.here().report());
    }
}
