package dev.mneme.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class Nd4jEngineTest {
    private static final Shape INPUT = Shape.of(2, 4, 7, 8);

    private final TensorBackend engine = new Nd4jEngineProvider().open(new EngineOptions(2));

    @Test
    void theModuleIsFoundAndContributesTheProvider() {
        List<Module> modules = ServiceLoader.load(Module.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        Set<EngineProvider> providers =
                Guice.createInjector(modules).getInstance(Key.get(new TypeLiteral<Set<EngineProvider>>() {}));
        assertThat(providers).extracting(EngineProvider::name).containsExactly("nd4j");
    }

    @Test
    void theEngineIsAvailableAndDescribesItself() {
        assertThat(new Nd4jEngineProvider().availability()).isInstanceOf(Availability.Available.class);
        assertThat(engine.info().name()).isEqualTo("nd4j");
        assertThat(engine.info().version()).startsWith("1.0.0");
        assertThat(engine.info().threads()).isEqualTo(2);
        assertThat(engine.info().details()).containsEntry("blas", "OPENBLAS").containsEntry("blas threads", "2");
        assertThat(engine.info().details().get("omp wait policy")).startsWith("PASSIVE");
    }

    @Test
    void threadsFollowTheOptions() {
        new Nd4jEngineProvider().open(new EngineOptions(1));
        assertThat(NativeThreads.libraryThreads()).isEqualTo(1);
        assertThat(NativeThreads.blasThreads()).isEqualTo(1);
        new Nd4jEngineProvider().open(new EngineOptions(2));
        assertThat(NativeThreads.libraryThreads()).isEqualTo(2);
        assertThat(NativeThreads.blasThreads()).isEqualTo(2);
    }

    @Test
    void keysFixRandomNumbers() {
        try (TensorScope scope = engine.scope()) {
            Shape shape = Shape.of(100, 101);
            double[] normal = engine.normal(shape, DType.F32, 5).toDoubles();
            assertThat(engine.normal(shape, DType.F32, 5).toDoubles()).isEqualTo(normal);
            assertThat(engine.normal(shape, DType.F32, 6).toDoubles()).isNotEqualTo(normal);
            double[] uniform = engine.uniform(shape, DType.F32, 5).toDoubles();
            assertThat(Arrays.stream(uniform).allMatch(v -> v >= 0 && v < 1)).isTrue();
            assertThat(engine.tensor(uniform, shape, DType.F64).mean().item()).isCloseTo(0.5, within(0.01));
            Tensor gauss = engine.tensor(normal, shape, DType.F64);
            assertThat(gauss.mean().item()).isCloseTo(0, within(0.03));
            assertThat(gauss.variance(false).item()).isCloseTo(1, within(0.05));
        }
    }

    @Test
    void trainingLowersTheLossAndReturnsAllMemory() {
        MemoryStatistics before = engine.memory();
        try (TensorScope outer = engine.scope()) {
            Tensor x = engine.normal(Shape.of(32, 6), DType.F32, 1);
            Tensor target = x.mul(x).sum(true, -1);
            Tensor first = engine.normal(Shape.of(16, 6), DType.F32, 2).mul(0.3);
            Tensor second = engine.normal(Shape.of(1, 16), DType.F32, 3).mul(0.3);
            double start = 0;
            double end = 0;
            for (int step = 0; step < 200; step++) {
                try (TensorScope scope = engine.scope()) {
                    Tensor a = first.variable();
                    Tensor b = second.variable();
                    Tensor loss = x.linear(a, null)
                            .gelu()
                            .linear(b, null)
                            .sub(target)
                            .square()
                            .mean();
                    end = loss.item();
                    start = step == 0 ? end : start;
                    List<Tensor> gradients =
                            engine.gradients(List.of(loss), List.of(a, b), Arrays.asList((Tensor) null));
                    first.assign(first.sub(gradients.get(0).mul(0.01)));
                    second.assign(second.sub(gradients.get(1).mul(0.01)));
                }
            }
            assertThat(end).isLessThan(start / 2);
        }
        assertThat(engine.memory()).isEqualTo(before);
    }

    @Test
    void anArrayBeyondAllMemoryIsAnErrorAndNothingElse() {
        MemoryStatistics before = engine.memory();
        assertThatThrownBy(() -> engine.full(Shape.of(1L << 25, 1L << 25), 0, DType.F32))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("no memory for F32 (33554432, 33554432)");
        assertThat(engine.memory()).isEqualTo(before);
        assertThat(engine.full(Shape.scalar(), 2, DType.F32).exp().item()).isCloseTo(Math.exp(2), within(1e-5));
    }

    /** Nothing may stay behind in the native library either, which no count of ours would show. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theNativeHeapDoesNotGrow() {
        work(300);
        // The JIT compiler allocates too, and may keep what it took; what leaks here grows in every span of the work.
        long growth = Long.MAX_VALUE;
        for (int span = 0; span < 4; span++) {
            growth = Math.min(growth, growthOfNativeHeap());
        }
        assertThat(growth).isLessThan(6 << 20);
    }

    private long growthOfNativeHeap() {
        long before = NativeHeap.bytesInUse();
        work(600);
        // It frees as well; what leaks is there in every sample.
        long after = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            work(50);
            after = Math.min(after, NativeHeap.bytesInUse());
        }
        return after - before;
    }

    private void work(int rounds) {
        for (int i = 0; i < rounds; i++) {
            try (TensorScope scope = engine.scope()) {
                Tensor query = engine.full(INPUT, 0.1, DType.F32).variable();
                Tensor loss = query.attention(query, query, Attention.CAUSAL)
                        .layerNorm(null, null, 1e-5)
                        .sum();
                engine.gradients(List.of(loss), List.of(query), Arrays.asList((Tensor) null));
            }
        }
    }

    @Test
    void threadsMayComputeAtOnce() throws Exception {
        double expected = product(1);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Double>> tasks = Collections.nCopies(16, () -> product(20));
            for (Future<Double> result : threads.invokeAll(tasks)) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdown();
        }
    }

    private double product(int rounds) {
        double result = 0;
        for (int i = 0; i < rounds; i++) {
            try (TensorScope scope = engine.scope()) {
                Tensor x = engine.uniform(Shape.of(64, 64), DType.F64, 3);
                result = x.matmul(x).softmax(-1).tanh().sum(false, 0).sum().item();
            }
        }
        return result;
    }
}
