package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.runtime.train.ReplayBackPropagation.FirstPass;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Window;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Gradients of a window against a loss that is written out in one graph. */
final class BackPropagationTest {
    private static final int ROWS = 3;

    private final SmallTask task = SmallTask.of(SmallTask.Kind.STREAM);
    private TensorBackend backend;
    private Model model;

    @BeforeEach
    void open() {
        backend = ReferenceBackend.open();
        model = Small.model(backend, task, DType.F64, 0);
    }

    @AfterEach
    void close() {
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void fullGradientsAreThoseOfOneGraph() {
        assertSame(gradients(new FullBackPropagation()), written(Integer.MAX_VALUE));
    }

    @Test
    void truncatedGradientsStopAtEverySegment() {
        assertSame(gradients(new TruncatedBackPropagation(1)), written(1));
        assertDiffers(gradients(new TruncatedBackPropagation(1)), gradients(new FullBackPropagation()));
    }

    @Test
    void truncatedGradientsCrossTheGivenNumberOfSegments() {
        assertSame(gradients(new TruncatedBackPropagation(2)), written(2));
        assertDiffers(gradients(new TruncatedBackPropagation(2)), gradients(new TruncatedBackPropagation(1)));
    }

    @Test
    void truncationBeyondTheWindowIsFull() {
        assertSame(gradients(new TruncatedBackPropagation(9)), gradients(new FullBackPropagation()));
    }

    @Test
    void replayGradientsAreTheFullOnesWithTheSameUnitsDropped() {
        try (Model dropping = Small.model(backend, task, DType.F64, 0.3);
                TensorScope scope = backend.scope()) {
            MemoryState state = MemoryState.of(Map.of("mean", backend.normal(Shape.of(ROWS, 16), DType.F64, 5)));
            for (MemoryState carried : Arrays.asList(null, state)) {
                List<double[]> full = gradients(dropping, new FullBackPropagation(), carried);
                for (FirstPass firstPass : FirstPass.values()) {
                    assertSame(gradients(dropping, new ReplayBackPropagation(firstPass), carried), full);
                    assertDiffers(gradients(new ReplayBackPropagation(firstPass), carried), full);
                }
            }
        }
    }

    @Test
    void segmentsWithoutLabelsReplayTheirMemoryPathAlone() {
        SmallTask recall = SmallTask.of(SmallTask.Kind.RECALL);
        try (Model dropping = Small.model(backend, recall, DType.F64, 0.3)) {
            Window window = recall.windows(Split.TRAIN, ROWS, 3).window(0);
            List<double[]> full = gradients(dropping, window, new FullBackPropagation(), null);
            for (FirstPass firstPass : FirstPass.values()) {
                assertSame(gradients(dropping, window, new ReplayBackPropagation(firstPass), null), full);
            }
            assertDiffers(gradients(dropping, window, new TruncatedBackPropagation(1), null), full);
        }
    }

    @Test
    void carriedStateIsAnInputWithoutGradient() {
        List<double[]> fresh = gradients(new FullBackPropagation());
        List<double[]> carried = new ArrayList<>();
        try (TensorScope scope = backend.scope()) {
            MemoryState state = MemoryState.of(Map.of("mean", backend.normal(Shape.of(ROWS, 16), DType.F64, 5)));
            carried.addAll(gradients(new FullBackPropagation(), state));
        }
        assertDiffers(carried, fresh);
    }

    private List<double[]> gradients(BackPropagation scheme) {
        return gradients(scheme, null);
    }

    private List<double[]> gradients(BackPropagation scheme, @Nullable MemoryState carried) {
        return gradients(model, scheme, carried);
    }

    private List<double[]> gradients(Model model, BackPropagation scheme, @Nullable MemoryState carried) {
        return gradients(model, task.windows(Split.TRAIN, ROWS, 3).window(2), scheme, carried);
    }

    private List<double[]> gradients(
            Model model, Window window, BackPropagation scheme, @Nullable MemoryState carried) {
        List<Tensor> parameters =
                model.parameters().values().stream().map(p -> p.value()).toList();
        try (TensorScope scope = backend.scope();
                GradientSum sum = new GradientSum(backend, parameters);
                LossRecord losses = new LossRecord(backend)) {
            RandomSource random = new RandomSource(5);
            WindowPass run = new WindowPass(model, window, random, 0.1, StepSize.of(List.of(window)), sum, losses);
            MemoryState after = scheme.run(run, carried);
            assertThat(after.get("mean").requiresGradient()).isFalse();
            return sum.sums().stream().map(Tensor::toDoubles).toList();
        }
    }

    /** Mean over all labels of the window plus mean auxiliary loss, straight from the SPI. */
    private List<double[]> written(int detachEvery) {
        Window window = task.windows(Split.TRAIN, ROWS, 3).window(2);
        try (TensorScope scope = backend.scope()) {
            MemoryState state = model.mechanism().memory().initialState(ROWS);
            List<Tensor> logits = new ArrayList<>();
            List<Tensor> auxiliary = new ArrayList<>();
            List<Long> labels = new ArrayList<>();
            for (int i = 0; i < window.segments().size(); i++) {
                SegmentBatch batch = window.segments().get(i);
                MemoryState entered = i > 0 && i % detachEvery == 0 ? state.detach() : state;
                MemoryState initial = model.mechanism().memory().initialState(ROWS);
                Tensor mask = backend.tensor(batch.reset(), Shape.of(ROWS));
                Segment segment =
                        new Segment(backend.tensor(batch.tokens(), Shape.of(ROWS, batch.length())), null, null);
                StepResult result =
                        model.mechanism().controller().step(segment, entered.reset(mask, initial), Pass.evaluation());
                logits.add(result.logits().reshape(ROWS * batch.length(), SmallTask.SYMBOLS));
                auxiliary.add(result.losses().get("size").reshape(1));
                Arrays.stream(batch.labels()).forEach(labels::add);
                state = result.next();
            }
            long[] targets = labels.stream().mapToLong(Long::longValue).toArray();
            Tensor loss = backend.concat(logits, 0)
                    .crossEntropy(backend.tensor(targets, Shape.of(targets.length)), 0.1)
                    .add(backend.concat(auxiliary, 0).mean());
            List<Tensor> parameters =
                    model.parameters().values().stream().map(p -> p.value()).toList();
            return backend.gradients(List.of(loss), parameters, Arrays.asList((Tensor) null)).stream()
                    .map(Tensor::toDoubles)
                    .toList();
        }
    }

    private static void assertSame(List<double[]> actual, List<double[]> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.size(); i++) {
            assertThat(actual.get(i)).containsExactly(expected.get(i), within(1e-12));
        }
        assertThat(actual.stream()
                        .flatMapToDouble(Arrays::stream)
                        .map(Math::abs)
                        .max()
                        .orElseThrow())
                .isGreaterThan(1e-3);
    }

    private static void assertDiffers(List<double[]> actual, List<double[]> expected) {
        double largest = 0;
        for (int i = 0; i < actual.size(); i++) {
            for (int j = 0; j < actual.get(i).length; j++) {
                largest = Math.max(largest, Math.abs(actual.get(i)[j] - expected.get(i)[j]));
            }
        }
        assertThat(largest).isGreaterThan(1e-4);
    }
}
