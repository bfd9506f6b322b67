package dev.mneme.memformer;

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
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A symbol in the first segment, its name asked for in the second one, which is the same for all: whoever forgets between
 * segments is right once in eight.
 */
final class MemformerLearningTest {
    private static final int SYMBOLS = 8;
    private static final int QUERY = SYMBOLS;
    private static final int LENGTH = 4;
    private static final int BATCH = 64;
    private static final int STEPS = 120;

    @ParameterizedTest
    @ValueSource(strings = {"bmn", "gru"})
    void aDecoderLearnsToCarryASymbolToTheNextSegment(String variant) {
        TestEngine engine = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow();
        TensorBackend backend = engine.backend();
        BackboneConfig backbone = Settings.bind(
                "model",
                BackboneConfig.class,
                Map.of(
                        "dim",
                        32,
                        "layers",
                        1,
                        "heads",
                        4,
                        "feed_forward",
                        64,
                        "embedding_std",
                        1,
                        "position_std",
                        0.3));
        MemformerConfig memory = Settings.bind("memory", MemformerConfig.class, Map.of("variant", variant, "slots", 4));
        TaskInfo task =
                new TaskInfo(Form.DECODER, SYMBOLS + 1, SYMBOLS + 1, LENGTH, 0, -1, -1, 1.0 / SYMBOLS, Double.NaN);
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F32, 0), backbone, task);
        try (Mechanism mechanism = new MemformerProvider().create(memory, context)) {
            SplittableRandom data = new SplittableRandom(0);
            train(backend, mechanism, data);
            assertThat(accuracy(backend, mechanism, data, true)).isGreaterThanOrEqualTo(0.99);
            assertThat(accuracy(backend, mechanism, data, false)).isLessThan(0.3);
        }
    }

    private static void train(TensorBackend backend, Mechanism mechanism, SplittableRandom data) {
        List<Tensor> parameters = mechanism.parameters().values().stream()
                .map(parameter -> parameter.value())
                .toList();
        try (TensorScope whole = backend.scope()) {
            List<Tensor> first = zerosLike(parameters);
            List<Tensor> second = zerosLike(parameters);
            List<Double> noDecay = Collections.nCopies(parameters.size(), 0.0);
            for (int step = 1; step <= STEPS; step++) {
                try (TensorScope scope = backend.scope()) {
                    long[] symbols = data.longs(BATCH, 0, SYMBOLS).toArray();
                    Tensor loss = answers(backend, mechanism, symbols, true, Pass.training(new RandomSource(step)))
                            .crossEntropy(backend.tensor(symbols, Shape.of(BATCH)), 0);
                    List<Tensor> gradients =
                            backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                    backend.adamW(new AdamWStep(
                            parameters, gradients, first, second, noDecay, 5e-3, 0.9, 0.999, 1e-8, 1, step));
                }
            }
        }
    }

    private static double accuracy(
            TensorBackend backend, Mechanism mechanism, SplittableRandom data, boolean remembers) {
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            long[] symbols = data.longs(BATCH, 0, SYMBOLS).toArray();
            long[] given = answers(backend, mechanism, symbols, remembers, Pass.evaluation())
                    .argmax(-1, false)
                    .toLongs();
            int right = 0;
            for (int i = 0; i < BATCH; i++) {
                right += given[i] == symbols[i] ? 1 : 0;
            }
            return right / (double) BATCH;
        }
    }

    /** Logits of the last token of the second segment, (batch, symbols). */
    private static Tensor answers(
            TensorBackend backend, Mechanism mechanism, long[] symbols, boolean remembers, Pass pass) {
        long[] told = new long[BATCH * LENGTH];
        long[] asked = new long[BATCH * LENGTH];
        Arrays.fill(told, QUERY);
        Arrays.fill(asked, QUERY);
        for (int row = 0; row < BATCH; row++) {
            told[row * LENGTH] = symbols[row];
        }
        MemoryState start = mechanism.memory().initialState(BATCH);
        MemoryState after = mechanism
                .controller()
                .advance(segment(backend, told), start, pass)
                .next();
        StepResult result = mechanism.controller().step(segment(backend, asked), remembers ? after : start, pass);
        return result.logits().select(1, LENGTH - 1).slice(1, 0, SYMBOLS);
    }

    private static Segment segment(TensorBackend backend, long[] ids) {
        return new Segment(backend.tensor(ids, Shape.of(BATCH, LENGTH)), null, null);
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }
}
