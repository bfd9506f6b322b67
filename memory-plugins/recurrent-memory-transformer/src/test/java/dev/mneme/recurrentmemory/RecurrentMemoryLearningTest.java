package dev.mneme.recurrentmemory;

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
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Four symbols of eight are shown in one segment and asked for in the next, which begins with a start token and goes on
 * with the right answers. Nothing there tells the next symbol: without memory one answer in eight is right.
 */
final class RecurrentMemoryLearningTest {
    private static final int SYMBOLS = 8;
    private static final int START = 8;
    private static final int COUNT = 4;
    private static final int BATCH = 64;

    @ParameterizedTest
    @CsvSource({"standard, 80", "xl, 130"})
    void fourRowsCarryFourSymbolsToTheNextSegment(String backbone, int steps) {
        assertThat(accuracy(backbone, 4, steps)).isGreaterThanOrEqualTo(0.98);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard", "xl"})
    void withoutRowsNothingGetsAcross(String backbone) {
        assertThat(accuracy(backbone, 0, 15)).isLessThan(0.2);
    }

    /** On fresh examples after this many steps. */
    private static double accuracy(String backbone, int slots, int steps) {
        TestEngine engine = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow();
        TensorBackend backend = engine.backend();
        Map<String, Object> model = new LinkedHashMap<>(Map.of("dim", 64, "heads", 4, "feed_forward", 128));
        if (backbone.equals("xl")) {
            model.put("positions", "none");
            model.put("scale_embeddings", true);
        }
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F32, 0),
                Settings.bind("model", BackboneConfig.class, model),
                new TaskInfo(Form.DECODER, SYMBOLS + 1, SYMBOLS + 1, COUNT, 0, -1, -1, 0.125, Double.NaN));
        RecurrentMemoryConfig memory =
                Settings.bind("memory", RecurrentMemoryConfig.class, Map.of("backbone", backbone, "slots", slots));
        try (Mechanism mechanism = new RecurrentMemoryProvider().create(memory, context)) {
            SplittableRandom data = new SplittableRandom(0);
            train(backend, mechanism, data, steps);
            try (TensorScope scope = backend.scope();
                    GradientMode off = backend.noGradient()) {
                long[] symbols = draw(data);
                long[] answers = logits(backend, mechanism, symbols, Pass.evaluation())
                        .argmax(-1, false)
                        .toLongs();
                int right = 0;
                for (int i = 0; i < symbols.length; i++) {
                    right += answers[i] == symbols[i] ? 1 : 0;
                }
                return right / (double) symbols.length;
            }
        }
    }

    private static void train(TensorBackend backend, Mechanism mechanism, SplittableRandom data, int steps) {
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
                    long[] symbols = draw(data);
                    Tensor loss = logits(backend, mechanism, symbols, Pass.training(random))
                            .crossEntropy(backend.tensor(symbols, Shape.of(symbols.length)), 0);
                    List<Tensor> gradients =
                            backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                    double scale = Math.min(1, 1 / backend.globalNorm(gradients).item());
                    backend.adamW(new AdamWStep(
                            parameters, gradients, first, second, noDecay, 2e-3, 0.9, 0.999, 1e-8, scale, step));
                }
            }
        }
    }

    /** Of the second segment, (batch · count, symbols). */
    private static Tensor logits(TensorBackend backend, Mechanism mechanism, long[] symbols, Pass pass) {
        Shape shape = Shape.of(BATCH, COUNT);
        MemoryState state = mechanism
                .controller()
                .advance(
                        new Segment(backend.tensor(symbols, shape), null, null),
                        mechanism.memory().initialState(BATCH),
                        pass)
                .next();
        long[] shifted = new long[symbols.length];
        for (int i = 0; i < shifted.length; i++) {
            shifted[i] = i % COUNT == 0 ? START : symbols[i - 1];
        }
        StepResult result =
                mechanism.controller().step(new Segment(backend.tensor(shifted, shape), null, null), state, pass);
        return result.logits().reshape(symbols.length, SYMBOLS + 1);
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }

    private static long[] draw(SplittableRandom data) {
        return data.longs((long) BATCH * COUNT, 0, SYMBOLS).toArray();
    }
}
