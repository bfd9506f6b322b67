package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.MnemeException;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

final class TorchBackendTest {
    private final TorchBackend backend = TorchBackend.cpu(EngineOptions.defaults());

    private static List<Tensor> oneEach(Tensor scalar) {
        return Collections.singletonList(null);
    }

    @Test
    void thousandTrainingStepsLeaveNothingBehind() {
        try (Tensor weight = backend.normal(Shape.of(4, 8), DType.F32, 1);
                Tensor bias = backend.zeros(Shape.of(4), DType.F32);
                Tensor w1 = backend.zeros(Shape.of(4, 8), DType.F32);
                Tensor w2 = backend.zeros(Shape.of(4, 8), DType.F32);
                Tensor b1 = backend.zeros(Shape.of(4), DType.F32);
                Tensor b2 = backend.zeros(Shape.of(4), DType.F32)) {
            MemoryStatistics before = backend.memory();
            double first = 0;
            double last = 0;
            for (int step = 1; step <= 1000; step++) {
                try (TensorScope scope = backend.scope()) {
                    Tensor w = weight.variable();
                    Tensor b = bias.variable();
                    Tensor x = backend.normal(Shape.of(16, 8), DType.F32, step);
                    Tensor targets = x.slice(1, 0, 4).argmax(1, false);
                    Tensor loss = x.linear(w, b).dropout(0.1, step).crossEntropy(targets, 0);
                    List<Tensor> gradients = backend.gradients(List.of(loss), List.of(w, b), oneEach(loss));
                    backend.globalNorm(gradients).item();
                    backend.adamW(new AdamWStep(
                            List.of(weight, bias),
                            gradients,
                            List.of(w1, b1),
                            List.of(w2, b2),
                            List.of(0.01, 0.0),
                            0.01,
                            0.9,
                            0.999,
                            1e-8,
                            0.9,
                            step));
                    last = loss.item();
                    first = step == 1 ? last : first;
                }
            }
            assertThat(last).isLessThan(first / 2);
            assertThat(backend.memory()).isEqualTo(before);
        }
        assertThat(backend.memory()).isEqualTo(new MemoryStatistics(0, 0));
    }

    @Test
    void fusedAdamWFollowsThePaper() {
        double[] start = {1, -2, 3};
        double[] slope = {0.5, -4, 1e-3};
        try (TensorScope scope = backend.scope()) {
            Tensor value = backend.tensor(start, Shape.of(3), DType.F64);
            Tensor transposed = backend.tensor(start, Shape.of(3, 1), DType.F64).transpose(0, 1);
            Tensor gradient = backend.tensor(slope, Shape.of(3), DType.F64);
            Tensor m = backend.zeros(Shape.of(3), DType.F64);
            Tensor v = backend.zeros(Shape.of(3), DType.F64);
            Tensor m2 = backend.zeros(Shape.of(1, 3), DType.F64);
            Tensor v2 = backend.zeros(Shape.of(1, 3), DType.F64);
            double[] expected = start.clone();
            double[] first = new double[3];
            double[] second = new double[3];
            for (int step = 1; step <= 3; step++) {
                for (int i = 0; i < 3; i++) {
                    double g = 0.5 * slope[i];
                    first[i] = 0.9 * first[i] + 0.1 * g;
                    second[i] = 0.99 * second[i] + 0.01 * g * g;
                    double root = Math.sqrt(second[i] / (1 - Math.pow(0.99, step))) + 1e-6;
                    expected[i] *= 1 - 0.1 * 0.2;
                    expected[i] -= 0.1 * first[i] / (1 - Math.pow(0.9, step)) / root;
                }
                backend.adamW(new AdamWStep(
                        List.of(value, transposed),
                        List.of(gradient, gradient.unsqueeze(1).transpose(0, 1)),
                        List.of(m, m2),
                        List.of(v, v2),
                        List.of(0.2, 0.2),
                        0.1,
                        0.9,
                        0.99,
                        1e-6,
                        0.5,
                        step));
            }
            assertThat(value.toDoubles()).usingComparatorWithPrecision(1e-7).containsExactly(expected);
            assertThat(transposed.toDoubles())
                    .usingComparatorWithPrecision(1e-7)
                    .containsExactly(expected);
            assertThat(gradient.toDoubles()).containsExactly(slope);
        }
    }

    @Test
    void globalNormSpansAllTensors() {
        try (TensorScope scope = backend.scope()) {
            Tensor a = backend.full(Shape.of(3, 3), 1, DType.F32);
            Tensor b = backend.full(Shape.scalar(), 4, DType.F32);
            assertThat(backend.globalNorm(List.of(a, b)).item()).isEqualTo(5, within(1e-6));
        }
    }

    @Test
    void inputsWithoutInfluenceGetZeros() {
        try (TensorScope scope = backend.scope()) {
            Tensor used = backend.ones(Shape.of(2), DType.F32).variable();
            Tensor unused = backend.ones(Shape.of(3), DType.F32).variable();
            Tensor constant = backend.ones(Shape.of(1), DType.F32);
            Tensor loss = used.square().sum();
            List<Tensor> gradients = backend.gradients(List.of(loss), List.of(unused, constant, used), oneEach(loss));
            assertThat(gradients.get(0).toFloats()).containsExactly(0, 0, 0);
            assertThat(gradients.get(1).toFloats()).containsExactly(0);
            assertThat(gradients.get(2).toFloats()).containsExactly(2, 2);
            Tensor free = constant.mul(2);
            assertThat(backend.gradients(List.of(free), List.of(used), oneEach(free))
                            .get(0)
                            .toFloats())
                    .containsExactly(0, 0);
        }
    }

    @Test
    void recordingStopsInsideNoGradient() {
        try (TensorScope scope = backend.scope()) {
            Tensor x = backend.ones(Shape.of(2), DType.F32).variable();
            try (GradientMode outer = backend.noGradient()) {
                try (GradientMode inner = backend.noGradient()) {
                    assertThat(x.mul(2).requiresGradient()).isFalse();
                }
                assertThat(x.mul(2).requiresGradient()).isFalse();
            }
            assertThat(x.mul(2).requiresGradient()).isTrue();
            assertThat(x.mul(2).detach().requiresGradient()).isFalse();
        }
    }

    @Test
    void scopesCloseWhatIsNotKept() {
        Tensor kept;
        try (TensorScope outer = backend.scope()) {
            Tensor moved;
            Tensor dropped;
            try (TensorScope inner = backend.scope()) {
                moved = inner.keep(backend.ones(Shape.of(1), DType.F32));
                dropped = backend.ones(Shape.of(1), DType.F32);
                assertThat(inner.keep(moved)).isSameAs(moved);
            }
            assertThat(moved.isOpen()).isTrue();
            assertThat(dropped.isOpen()).isFalse();
            kept = backend.ones(Shape.of(1), DType.F32).unscoped();
            assertThat(backend.memory().liveTensors()).isEqualTo(2);
        }
        assertThat(kept.isOpen()).isTrue();
        kept.close();
        assertThat(backend.memory().liveTensors()).isZero();
    }

    @Test
    void scopesCloseInReverseOrder() {
        TensorScope outer = backend.scope();
        TensorScope inner = backend.scope();
        assertThatExceptionOfType(MnemeException.class).isThrownBy(outer::close).withMessageContaining("reverse");
        inner.close();
        outer.close();
        outer.close();
    }

    @Test
    void aPointerScopeOfTheCallerFreesNothingOfOurs() {
        try (TensorScope scope = backend.scope()) {
            Tensor x;
            try (PointerScope pointers = new PointerScope()) {
                x = backend.ones(Shape.of(2), DType.F32).mul(0.123);
            }
            assertThat(x.mul(0.123).add(1).sum().item()).isGreaterThan(2);
            try (PointerScope pointers = new PointerScope()) {
                x.close();
            }
        }
        assertThat(backend.memory().liveTensors()).isZero();
    }

    @Test
    void viewsShareTheirBytes() {
        try (TensorScope scope = backend.scope()) {
            Tensor x = backend.zeros(Shape.of(10, 10), DType.F32);
            x.transpose(0, 1).detach();
            assertThat(backend.memory()).isEqualTo(new MemoryStatistics(3, 400));
        }
    }

    @Test
    void equalKeysGiveEqualNumbers() {
        try (TensorScope scope = backend.scope()) {
            Shape shape = Shape.of(1000);
            double[] uniform = backend.uniform(shape, DType.F64, 42).toDoubles();
            assertThat(backend.uniform(shape, DType.F64, 42).toDoubles()).containsExactly(uniform);
            assertThat(backend.uniform(shape, DType.F64, 42L << 32).toDoubles()).isNotEqualTo(uniform);
            assertThat(java.util.Arrays.stream(uniform)).allMatch(u -> u >= 0 && u < 1);
            assertThat(backend.uniform(shape, DType.F64, 42).mean().item()).isEqualTo(0.5, within(0.05));
            double[] normal = backend.normal(shape, DType.F64, 42).toDoubles();
            assertThat(backend.normal(shape, DType.F64, 42).toDoubles()).containsExactly(normal);
            assertThat(backend.normal(shape, DType.F64, 42).variance(false).item())
                    .isEqualTo(1, within(0.1));
        }
    }

    @Test
    void threadsWorkIndependently() throws Exception {
        try (Tensor shared = backend.normal(Shape.of(16, 16), DType.F64, 1)) {
            Callable<double[]> work = () -> {
                double[] result = new double[0];
                for (int i = 0; i < 50; i++) {
                    try (TensorScope scope = backend.scope()) {
                        Tensor w = shared.variable();
                        Tensor x = backend.normal(Shape.of(1, 2, 8, 8), DType.F64, i);
                        Tensor h = x.reshape(8, 16).linear(w, null).reshape(1, 2, 8, 8);
                        Tensor loss = h.attention(h, h, Attention.CAUSAL)
                                .dropout(0.2, i)
                                .sum();
                        Tensor gradient = backend.gradients(List.of(loss), List.of(w), oneEach(loss))
                                .get(0);
                        result = gradient.toDoubles();
                    }
                }
                return result;
            };
            double[] expected = work.call();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<double[]>> results = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    results.add(threads.submit(work));
                }
                for (Future<double[]> result : results) {
                    assertThat(result.get()).usingComparatorWithPrecision(1e-10).containsExactly(expected);
                }
            } finally {
                threads.shutdown();
            }
            assertThat(backend.memory().liveTensors()).isEqualTo(1);
        }
    }

    @Test
    void closingOnAnotherThreadNeverCrashes() throws Exception {
        ExecutorService closer = Executors.newSingleThreadExecutor();
        try {
            for (int i = 0; i < 300; i++) {
                Tensor x = backend.ones(Shape.of(64, 64), DType.F32);
                Future<?> closing = closer.submit(x::close);
                try (TensorScope scope = backend.scope()) {
                    for (int k = 0; k < 20; k++) {
                        assertThat(x.matmul(x).isOpen()).isTrue();
                    }
                } catch (MnemeException e) {
                    assertThat(e).hasMessageStartingWith("TENSOR_CLOSED");
                }
                closing.get();
            }
        } finally {
            closer.shutdown();
        }
        assertThat(backend.memory().liveTensors()).isZero();
    }
}
