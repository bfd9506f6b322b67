package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Optimisation steps against the reference, and several threads on one engine. */
final class TrainingChecks {
    private static final int THREADS = 4;
    private static final int STEPS = 20;

    private final TensorBackend engine;
    private final TensorBackend reference;

    TrainingChecks(TensorBackend engine, TensorBackend reference) {
        this.engine = engine;
        this.reference = reference;
    }

    Stream<DynamicTest> tests() {
        return Stream.of(
                Check.named("adamW in F64 equals the reference", () -> optimizer(DType.F64, 1e-8)),
                Check.named("adamW in F32 equals the reference", () -> optimizer(DType.F32, 1e-3)),
                Check.named("threads train independently", this::threads),
                Check.named("threads share a variable", this::sharedVariable),
                Check.named("scopes and gradient mode belong to a thread", this::threadLocality),
                Check.named("tasks run together equal tasks run alone", this::tasks),
                Check.named("the first failed task is thrown when all have ended", this::failedTasks));
    }

    private void optimizer(DType dtype, double tolerance) {
        try (TinyNetwork network = new TinyNetwork(engine, dtype);
                TinyNetwork expected = new TinyNetwork(reference, dtype)) {
            for (int i = 0; i < STEPS; i++) {
                Engines.assertClose(new double[] {network.train()}, new double[] {expected.train()}, tolerance);
            }
            Engines.assertClose(network.state(), expected.state(), tolerance);
        }
    }

    private double[] trained() {
        try (TinyNetwork network = new TinyNetwork(engine, DType.F64)) {
            for (int i = 0; i < STEPS; i++) {
                network.train(0.2);
            }
            return network.state();
        }
    }

    private void threads() throws Exception {
        MemoryStatistics before = engine.memory();
        double[] alone = trained();
        for (double[] state : onThreads(this::trained)) {
            Engines.assertClose(state, alone, 1e-9);
        }
        assertThat(engine.memory()).isEqualTo(before);
    }

    private void sharedVariable() throws Exception {
        MemoryStatistics before = engine.memory();
        try (Tensor values = engine.ones(Shape.of(5), DType.F64);
                Tensor shared = values.variable()) {
            List<double[]> gradients = onThreads(() -> {
                double[] gradient = {};
                for (int i = 0; i < STEPS; i++) {
                    try (TensorScope scope = engine.scope()) {
                        List<Tensor> unweighted = new ArrayList<>();
                        unweighted.add(null);
                        gradient = engine.gradients(
                                        List.of(shared.square().exp().sum()), List.of(shared), unweighted)
                                .get(0)
                                .toDoubles();
                    }
                }
                return gradient;
            });
            for (double[] gradient : gradients) {
                Engines.assertClose(
                        gradient,
                        IntStream.range(0, 5).mapToDouble(i -> 2 * Math.E).toArray(),
                        1e-12);
            }
        }
        assertThat(engine.memory()).isEqualTo(before);
    }

    private void threadLocality() throws Exception {
        try (TensorScope scope = engine.scope();
                GradientMode mode = engine.noGradient()) {
            Tensor variable = engine.ones(Shape.of(2), DType.F64).variable();
            List<Tensor> others = onThreads(() -> {
                Tensor result = variable.exp();
                assertThat(result.requiresGradient())
                        .as("recording on another thread")
                        .isTrue();
                return result;
            });
            assertThat(variable.exp().requiresGradient()).isFalse();
            scope.close();
            assertThat(others).as("tensors of threads without a scope").allMatch(Tensor::isOpen);
            others.forEach(Tensor::close);
        }
    }

    private void tasks() {
        MemoryStatistics before = engine.memory();
        double[] alone = trained();
        double[][] together = new double[THREADS][];
        Tensor[] left = new Tensor[THREADS];
        try (TensorScope scope = engine.scope();
                GradientMode mode = engine.noGradient()) {
            engine.runAll(IntStream.range(0, THREADS)
                    .<Runnable>mapToObj(i -> () -> {
                        together[i] = trained();
                        left[i] = engine.ones(Shape.of(2), DType.F64);
                    })
                    .toList());
        }
        for (double[] state : together) {
            Engines.assertClose(state, alone, 1e-9);
        }
        assertThat(left).as("tensors that tasks leave open").allMatch(Tensor::isOpen);
        for (Tensor tensor : left) {
            tensor.close();
        }
        assertThat(engine.memory()).isEqualTo(before);
        engine.runAll(List.of());
    }

    private void failedTasks() {
        AtomicInteger ended = new AtomicInteger();
        List<Runnable> tasks = List.of(
                ended::incrementAndGet,
                () -> {
                    throw new IllegalStateException("first");
                },
                () -> {
                    throw new AssertionError("second");
                },
                ended::incrementAndGet);
        assertThatThrownBy(() -> engine.runAll(tasks))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("first")
                .hasSuppressedException(new AssertionError("second"));
        assertThat(ended).hasValue(2);
    }

    private static <T> List<T> onThreads(Callable<T> task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            CountDownLatch ready = new CountDownLatch(THREADS);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                futures.add(executor.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return task.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(60, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
