package dev.mneme.memorytransformer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Every token must be answered with the first token of its segment. Behind the bottleneck no token sees another, so
 * without memory rows the best share of right answers is (1 + 15/8) / 16 = 18 percent.
 */
final class MemoryTransformerLearningTest {
    private static final int SYMBOLS = 8;
    private static final int LENGTH = 16;
    private static final int BATCH = 64;
    private static final int STEPS = 150;

    @Test
    void twoRowsBehindTheBottleneckLearnToBroadcast() {
        TestEngine engine = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow();
        TensorBackend backend = engine.backend();
        BackboneConfig backbone = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of(
                        "dim", 32,
                        "heads", 2,
                        "feed_forward", 64,
                        "norm", "post",
                        "activation", "relu",
                        "embedding_std", 1,
                        "position_std", 0.3));
        MemoryTransformerConfig memory = Settings.bind(
                "memory",
                MemoryTransformerConfig.class,
                Map.of("variant", "mem-bottleneck", "slots", 2, "slot_std", 1));
        TaskInfo task = new TaskInfo(Form.ENCODER, SYMBOLS, SYMBOLS, LENGTH, 0, -1, -1, 0.1797, Double.NaN);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 0), backbone, task);
        try (Mechanism mechanism = new MemoryTransformerProvider().create(memory, context)) {
            SplittableRandom data = new SplittableRandom(0);
            train(backend, mechanism, data);
            assertThat(accuracy(backend, mechanism, data)).isGreaterThanOrEqualTo(0.99);
        }
    }

    private static void train(TensorBackend backend, Mechanism mechanism, SplittableRandom data) {
        RandomSource random = new RandomSource(0);
        List<Tensor> parameters = mechanism.parameters().values().stream()
                .map(parameter -> parameter.value())
                .toList();
        try (TensorScope whole = backend.scope()) {
            List<Tensor> first = zerosLike(parameters);
            List<Tensor> second = zerosLike(parameters);
            List<Double> noDecay = Collections.nCopies(parameters.size(), 0.0);
            for (int step = 1; step <= STEPS; step++) {
                try (TensorScope scope = backend.scope()) {
                    long[] ids = draw(data);
                    Tensor loss = logits(backend, mechanism, ids, Pass.training(random))
                            .crossEntropy(backend.tensor(labels(ids), Shape.of(ids.length)), 0);
                    List<Tensor> gradients =
                            backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                    backend.adamW(new AdamWStep(
                            parameters, gradients, first, second, noDecay, 2e-3, 0.9, 0.999, 1e-8, 1, step));
                }
            }
        }
    }

    private static double accuracy(TensorBackend backend, Mechanism mechanism, SplittableRandom data) {
        try (TensorScope scope = backend.scope()) {
            long[] ids = draw(data);
            long[] answers = logits(backend, mechanism, ids, Pass.evaluation())
                    .argmax(-1, false)
                    .toLongs();
            long[] labels = labels(ids);
            int right = 0;
            for (int i = 0; i < labels.length; i++) {
                right += answers[i] == labels[i] ? 1 : 0;
            }
            return right / (double) labels.length;
        }
    }

    /** (batch · length, symbols). */
    private static Tensor logits(TensorBackend backend, Mechanism mechanism, long[] ids, Pass pass) {
        Segment segment = new Segment(backend.tensor(ids, Shape.of(BATCH, LENGTH)), null, null);
        return mechanism
                .controller()
                .step(segment, MemoryState.empty(), pass)
                .logits()
                .reshape(ids.length, SYMBOLS);
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }

    private static long[] draw(SplittableRandom data) {
        return data.longs((long) BATCH * LENGTH, 0, SYMBOLS).toArray();
    }

    private static long[] labels(long[] ids) {
        long[] labels = new long[ids.length];
        for (int row = 0; row < BATCH; row++) {
            Arrays.fill(labels, row * LENGTH, (row + 1) * LENGTH, ids[row * LENGTH]);
        }
        return labels;
    }
}
