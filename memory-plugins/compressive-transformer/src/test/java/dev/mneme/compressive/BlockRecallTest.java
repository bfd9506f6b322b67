package dev.mneme.compressive;

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
 * Blocks of four equal tokens, two to a segment; the last token of a segment must be answered with the first block of the
 * segment three back. It lies 24 to 21 tokens before the segment: beyond a memory of 16 rows, but not beyond 8 rows and 8
 * compressed ones.
 */
final class BlockRecallTest {
    private static final int SYMBOLS = 8;
    private static final int LENGTH = 8;
    private static final int SEGMENTS = 7;
    private static final int BLOCK = 4;
    private static final int BATCH = 32;
    /** The first segment whose answer has been seen. */
    private static final int SCORED = 3;

    @Test
    void meansAreEnough() {
        Map<String, ?> memory = Map.of("length", 8, "compressed_length", 8, "rate", 4, "compression", "mean");
        assertThat(accuracy(memory, 130)).isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void aTrainedConvolutionIsEnough() {
        Map<String, ?> memory = Map.of("length", 8, "compressed_length", 8, "rate", 4, "compression", "conv");
        assertThat(accuracy(memory, 170)).isGreaterThanOrEqualTo(0.98);
    }

    @Test
    void asManyRowsThatAreNotCompressedAreNot() {
        assertThat(accuracy(Map.of("length", 16, "compressed_length", 0), 80)).isLessThanOrEqualTo(0.2);
    }

    /** Share of right answers after training. */
    private static double accuracy(Map<String, ?> memory, int steps) {
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
        CompressiveTransformerConfig config = TestModel.memory(memory);
        TaskInfo task = new TaskInfo(Form.DECODER, SYMBOLS, SYMBOLS, LENGTH, 0, -1, -1, 0.125, Double.NaN);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 0), backbone, task);
        try (Mechanism mechanism = new CompressiveTransformerProvider().create(config, context)) {
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
                    List<StepResult> results = run(backend, mechanism, streams, pass);
                    for (int s = SCORED; s < SEGMENTS; s++) {
                        Tensor answers = backend.tensor(labels(streams, s), Shape.of(BATCH));
                        loss = loss.add(
                                last(results.get(s)).crossEntropy(answers, 0).div(SEGMENTS - SCORED));
                        for (Tensor own : results.get(s).losses().values()) {
                            loss = loss.add(own);
                        }
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

    private static double evaluate(TensorBackend backend, Mechanism mechanism, SplittableRandom data) {
        double right = 0;
        try (TensorScope scope = backend.scope()) {
            long[] streams = draw(data);
            List<StepResult> results = run(backend, mechanism, streams, Pass.evaluation());
            for (int s = SCORED; s < SEGMENTS; s++) {
                long[] answers = last(results.get(s)).argmax(-1, false).toLongs();
                long[] labels = labels(streams, s);
                for (int i = 0; i < labels.length; i++) {
                    right += answers[i] == labels[i] ? 1.0 / (BATCH * (SEGMENTS - SCORED)) : 0;
                }
            }
        }
        return right;
    }

    /** Logits of the last position, (batch, symbols). */
    private static Tensor last(StepResult result) {
        return result.logits().select(1, LENGTH - 1);
    }

    private static List<StepResult> run(TensorBackend backend, Mechanism mechanism, long[] streams, Pass pass) {
        List<StepResult> results = new ArrayList<>();
        MemoryState state = mechanism.memory().initialState(BATCH);
        for (int s = 0; s < SEGMENTS; s++) {
            Tensor tokens = backend.tensor(cut(streams, s * LENGTH), Shape.of(BATCH, LENGTH));
            results.add(mechanism.controller().step(new Segment(tokens, null, null), state, pass));
            state = results.get(s).next();
        }
        return results;
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }

    private static long[] draw(SplittableRandom data) {
        long[] blocks =
                data.longs((long) BATCH * SEGMENTS * LENGTH / BLOCK, 0, SYMBOLS).toArray();
        long[] streams = new long[blocks.length * BLOCK];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = blocks[i / BLOCK];
        }
        return streams;
    }

    private static long[] labels(long[] streams, int segment) {
        long[] labels = new long[BATCH];
        for (int row = 0; row < BATCH; row++) {
            labels[row] = streams[(row * SEGMENTS + segment - 3) * LENGTH];
        }
        return labels;
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
