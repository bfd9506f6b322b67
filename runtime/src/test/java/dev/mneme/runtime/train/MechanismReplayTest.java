package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.MeanMemoryProvider;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.ReplayBackPropagation.FirstPass;
import dev.mneme.task.Split;
import dev.mneme.task.Window;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Replaying gives the gradients of one graph for every mechanism on every engine, with dropout and rows that start anew. */
final class MechanismReplayTest {
    private static final int ROWS = 3;

    static Stream<Arguments> mechanismsAndEngines() {
        List<MemoryProvider<?>> providers = new ArrayList<>(List.of(new MeanMemoryProvider()));
        for (MemoryProvider<?> provider : ServiceLoader.load(MemoryProvider.class)) {
            providers.add(provider);
        }
        return providers.stream()
                .flatMap(provider -> TestEngine.all().stream()
                        .map(engine -> Arguments.argumentSet(provider.name() + " on " + engine, provider, engine)));
    }

    @ParameterizedTest
    @MethodSource("mechanismsAndEngines")
    void replayedGradientsAreThoseOfOneGraph(MemoryProvider<?> provider, TestEngine engine) {
        TensorBackend backend = engine.backend();
        long before = backend.memory().liveTensors();
        for (SmallTask.Kind kind : List.of(SmallTask.Kind.STREAM, SmallTask.Kind.RECALL)) {
            SmallTask task = SmallTask.of(kind);
            Window window = task.windows(Split.TRAIN, ROWS, 3).window(2);
            try (Model model = Small.model(provider, backend, task, DType.F64, 0.3, 1)) {
                List<double[]> full = gradients(model, window, new FullBackPropagation());
                for (FirstPass firstPass : FirstPass.values()) {
                    assertClose(gradients(model, window, new ReplayBackPropagation(firstPass)), full);
                }
            }
        }
        assertThat(backend.memory().liveTensors()).isEqualTo(before);
    }

    private static List<double[]> gradients(Model model, Window window, BackPropagation scheme) {
        TensorBackend backend = model.backend();
        List<Tensor> parameters =
                model.parameters().values().stream().map(p -> p.value()).toList();
        try (TensorScope scope = backend.scope();
                GradientSum sum = new GradientSum(backend, parameters);
                LossRecord losses = new LossRecord(backend)) {
            scheme.run(
                    new WindowPass(model, window, new RandomSource(5), 0.1, StepSize.of(List.of(window)), sum, losses),
                    null);
            return sum.sums().stream().map(Tensor::toDoubles).toList();
        }
    }

    private static void assertClose(List<double[]> actual, List<double[]> expected) {
        double largest = 0;
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).hasSameSizeAs(expected.get(i));
            for (int j = 0; j < expected.get(i).length; j++) {
                double size = Math.max(1, Math.abs(expected.get(i)[j]));
                assertThat(actual.get(i)[j]).isCloseTo(expected.get(i)[j], within(1e-10 * size));
                largest = Math.max(largest, Math.abs(expected.get(i)[j]));
            }
        }
        assertThat(largest).isGreaterThan(1e-3);
    }
}
