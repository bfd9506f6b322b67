package dev.mneme.infiniteformer;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Every other token of the first segment, on average, is one and the same symbol; all other tokens are noise. Which one was
 * it? Asked at the last token of the last segment. Without memory the best share of right answers is 1/8.
 */
final class OldestSegmentTask {
    static final int SYMBOLS = 8;
    static final int LENGTH = 16;
    private static final int BATCH = 64;

    private final TensorBackend backend;
    private final int segments;
    private final SplittableRandom data;

    OldestSegmentTask(TensorBackend backend, int segments, long seed) {
        this.backend = backend;
        this.segments = segments;
        this.data = new SplittableRandom(seed);
    }

    /** Ids of each segment, (batch, length), and the answers. */
    private record Window(long[][] ids, long[] answers) {}

    private Window draw() {
        long[] answers = data.longs(BATCH, 0, SYMBOLS).toArray();
        long[][] ids = new long[segments][];
        for (int i = 0; i < segments; i++) {
            ids[i] = data.longs((long) BATCH * LENGTH, 0, SYMBOLS).toArray();
        }
        for (int i = 0; i < ids[0].length; i++) {
            if (data.nextBoolean()) {
                ids[0][i] = answers[i / LENGTH];
            }
        }
        for (int row = 0; row < BATCH; row++) {
            ids[segments - 1][(row + 1) * LENGTH - 1] = SYMBOLS;
        }
        return new Window(ids, answers);
    }

    void train(Mechanism mechanism, int steps, double learningRate) {
        RandomSource random = new RandomSource(0);
        List<Tensor> parameters = mechanism.parameters().values().stream()
                .map(parameter -> parameter.value())
                .toList();
        try (TensorScope whole = backend.scope()) {
            List<Tensor> first = zerosLike(parameters);
            List<Tensor> second = zerosLike(parameters);
            List<Double> noDecay = Collections.nCopies(parameters.size(), 0.0);
            for (int step = 1; step <= steps; step++) {
                try (TensorScope scope = backend.scope()) {
                    Window window = draw();
                    Tensor answers = backend.tensor(window.answers(), Shape.of(BATCH));
                    Tensor loss =
                            answer(mechanism, window, Pass.training(random)).crossEntropy(answers, 0);
                    List<Tensor> gradients =
                            backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                    backend.adamW(new AdamWStep(
                            parameters, gradients, first, second, noDecay, learningRate, 0.9, 0.999, 1e-8, 1, step));
                }
            }
        }
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }

    /** Share of right answers. */
    double accuracy(Mechanism mechanism, int batches) {
        int right = 0;
        for (int i = 0; i < batches; i++) {
            try (TensorScope scope = backend.scope();
                    GradientMode off = backend.noGradient()) {
                Window window = draw();
                long[] given = answer(mechanism, window, Pass.evaluation())
                        .argmax(-1, false)
                        .toLongs();
                for (int row = 0; row < BATCH; row++) {
                    right += given[row] == window.answers()[row] ? 1 : 0;
                }
            }
        }
        return right / (double) (batches * BATCH);
    }

    /** Logits of the last token, (batch, symbols and query). */
    private Tensor answer(Mechanism mechanism, Window window, Pass pass) {
        MemoryState state = mechanism.memory().initialState(BATCH);
        for (int i = 0; i < segments - 1; i++) {
            try (GradientMode off = backend.noGradient()) {
                state = mechanism
                        .controller()
                        .advance(segment(window.ids()[i]), state, pass)
                        .next();
            }
        }
        return mechanism
                .controller()
                .step(segment(window.ids()[segments - 1]), state, pass)
                .logits()
                .select(1, -1);
    }

    private Segment segment(long[] ids) {
        return new Segment(backend.tensor(ids, Shape.of(BATCH, LENGTH)), null, null);
    }
}
