package dev.mneme.transformerxl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Each token must be answered with the one ten positions back, in segments of eight: no segment contains its own answers. A
 * memory of eight rows holds those of positions 2 to 7, one of sixteen all of them.
 */
final class TransformerXlLearningTest {
    private static final int SYMBOLS = 8;
    private static final int LENGTH = 8;
    private static final int SEGMENTS = 6;
    private static final int DELAY = 10;
    private static final int BATCH = 32;
    /** The first segment whose answers have all been seen. */
    private static final int SCORED = 2;

    @Test
    void sixteenRowsAnswerEverything() {
        for (double accuracy : accuracies(16, 140)) {
            assertThat(accuracy).isGreaterThanOrEqualTo(0.99);
        }
    }

    @Test
    void eightRowsAnswerWhatTheyHoldAndNothingElse() {
        double[] accuracies = accuracies(8, 200);
        for (int position = 0; position < LENGTH; position++) {
            if (position < DELAY - LENGTH) {
                assertThat(accuracies[position]).isBetween(0.05, 0.2);
            } else {
                assertThat(accuracies[position]).isGreaterThanOrEqualTo(0.95);
            }
        }
    }

    /** Share of right answers by position after training. */
    private static double[] accuracies(int memory, int steps) {
        TensorBackend backend = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow()
                .backend();
        BackboneConfig backbone = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of(
                        "dim",
                        32,
                        "heads",
                        2,
                        "layers",
                        1,
                        "feed_forward",
                        64,
                        "norm",
                        "post",
                        "activation",
                        "relu",
                        "scale_embeddings",
                        true,
                        "embedding_std",
                        0.18,
                        "head_bias",
                        true));
        TransformerXlConfig config = TestModel.memory(Map.of("length", memory));
        TaskInfo task = new TaskInfo(Form.DECODER, SYMBOLS, SYMBOLS, LENGTH, 0, -1, -1, 0.125, Double.NaN);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 0), backbone, task);
        try (Mechanism mechanism = new TransformerXlProvider().create(config, context)) {
            SplittableRandom data = new SplittableRandom(0);
            train(backend, mechanism, data, steps);
            return evaluate(backend, mechanism, data);
        }
    }

    private static void train(TensorBackend backend, Mechanism mechanism, SplittableRandom data, int steps) {
        List<Tensor> parameters = mechanism.parameters().values().stream()
                .map(parameter -> parameter.value())
                .toList();
        List<Double> noDecay = Collections.nCopies(parameters.size(), 0.0);
        try (TensorScope whole = backend.scope()) {
            List<Tensor> first = zerosLike(parameters);
            List<Tensor> second = zerosLike(parameters);
            for (int step = 1; step <= steps; step++) {
                try (TensorScope scope = backend.scope()) {
                    long[] streams = draw(data);
                    Pass pass = Pass.training(new RandomSource(step));
                    Tensor loss = backend.zeros(Shape.scalar(), DType.F32);
                    List<Tensor> logits = run(backend, mechanism, streams, pass);
                    for (int s = SCORED; s < SEGMENTS; s++) {
                        Tensor answers = backend.tensor(labels(streams, s), Shape.of((long) BATCH * LENGTH));
                        loss = loss.add(logits.get(s)
                                .reshape((long) BATCH * LENGTH, SYMBOLS)
                                .crossEntropy(answers, 0)
                                .div(SEGMENTS - SCORED));
                    }
                    List<Tensor> gradients =
                            backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                    double norm = backend.globalNorm(gradients).item();
                    backend.adamW(new AdamWStep(
                            parameters,
                            gradients,
                            first,
                            second,
                            noDecay,
                            3e-3,
                            0.9,
                            0.999,
                            1e-8,
                            Math.min(1, 0.25 / norm),
                            step));
                }
            }
        }
    }

    private static double[] evaluate(TensorBackend backend, Mechanism mechanism, SplittableRandom data) {
        double[] right = new double[LENGTH];
        try (TensorScope scope = backend.scope()) {
            long[] streams = draw(data);
            List<Tensor> logits = run(backend, mechanism, streams, Pass.evaluation());
            for (int s = SCORED; s < SEGMENTS; s++) {
                long[] answers = logits.get(s).argmax(-1, false).toLongs();
                long[] labels = labels(streams, s);
                for (int i = 0; i < labels.length; i++) {
                    right[i % LENGTH] += answers[i] == labels[i] ? 1.0 / (BATCH * (SEGMENTS - SCORED)) : 0;
                }
            }
        }
        return right;
    }

    private static List<Tensor> run(TensorBackend backend, Mechanism mechanism, long[] streams, Pass pass) {
        List<Tensor> logits = new ArrayList<>();
        MemoryState state = mechanism.memory().initialState(BATCH);
        for (int s = 0; s < SEGMENTS; s++) {
            Tensor tokens = backend.tensor(cut(streams, s * LENGTH), Shape.of(BATCH, LENGTH));
            StepResult result = mechanism.controller().step(new Segment(tokens, null, null), state, pass);
            logits.add(result.logits());
            state = result.next();
        }
        return logits;
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }

    private static long[] draw(SplittableRandom data) {
        return data.longs((long) BATCH * SEGMENTS * LENGTH, 0, SYMBOLS).toArray();
    }

    private static long[] labels(long[] streams, int segment) {
        return cut(streams, segment * LENGTH - DELAY);
    }

    /** The tokens of every stream from this place on, as many as a segment has. */
    private static long[] cut(long[] streams, int from) {
        long[] part = new long[BATCH * LENGTH];
        for (int row = 0; row < BATCH; row++) {
            System.arraycopy(streams, row * SEGMENTS * LENGTH + from, part, row * LENGTH, LENGTH);
        }
        return part;
    }
}
