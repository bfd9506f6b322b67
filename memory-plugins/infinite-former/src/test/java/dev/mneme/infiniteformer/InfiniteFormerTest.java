package dev.mneme.infiniteformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.backbone.NoMemoryProvider;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The mechanism in its backbones. */
final class InfiniteFormerTest {
    private static final long[][] SEGMENTS = {
        {0, 1, 2, 3, 4, 5}, {6, 0, 3, 3, 1, 2}, {5, 5, 4, 0, 6, 6}, {1, 2, 1, 0, 0, 3}, {2, 6, 5, 4, 1, 0}
    };

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    static Stream<Arguments> enginesAndForms() {
        return engines().stream()
                .flatMap(engine -> Stream.of("standard", "xl").map(form -> Arguments.of(engine, form)));
    }

    private static TestModel model(TensorBackend backend, String form, Map<String, ?> memory) {
        Map<String, Object> settings = new LinkedHashMap<>(memory);
        settings.put("backbone", form);
        return TestModel.create(backend, settings, TestModel.form(form));
    }

    private static MemoryState after(TestModel model, int segments) {
        MemoryState state = model.initialState(1);
        for (int i = 0; i < segments; i++) {
            state = model.step(model.tokens(SEGMENTS[i]), state).next();
        }
        return state;
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void withoutAnOutputMapItIsThePlainBlockBitForBit(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel silent = model(backend, form, Map.of());
                TestModel speaking = model(backend, form, Map.of())) {
            silent.fill("reader.layers.0.output.weight", 0);
            silent.fill("reader.layers.1.output.weight", 0);
            int firstRead = form.equals("xl") ? 2 : 1;
            MemoryState quiet = silent.initialState(1);
            MemoryState loud = speaking.initialState(1);
            for (int i = 0; i <= firstRead; i++) {
                StepResult plain = silent.step(silent.tokens(SEGMENTS[i]), quiet);
                StepResult read = speaking.step(speaking.tokens(SEGMENTS[i]), loud);
                boolean same =
                        Arrays.equals(plain.logits().toDoubles(), read.logits().toDoubles());
                assertThat(same).as("segment %d", i).isEqualTo(i < firstRead);
                if (form.equals("standard")) {
                    assertThat(plain.logits().toDoubles()).isEqualTo(withoutMemory(backend, SEGMENTS[i]));
                }
                quiet = plain.next();
                loud = read.next();
            }
        }
    }

    private static double[] withoutMemory(TensorBackend backend, long[] ids) {
        MechanismContext context = new MechanismContext(
                new ModuleContext(backend, DType.F64, TestModel.SEED),
                TestModel.backbone(TestModel.form("standard")),
                TestModel.task(Form.DECODER, 7, 6));
        try (Mechanism none = new NoMemoryProvider().create(NoMemoryProvider.Config.defaults(), context)) {
            Tensor tokens = backend.tensor(ids, Shape.of(1, ids.length));
            return none.controller()
                    .step(new Segment(tokens, null, null), MemoryState.empty(), Pass.evaluation())
                    .logits()
                    .toDoubles();
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void theFirstSegmentIsNeverForgottenAtOnce(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, form, Map.of())) {
            MemoryState one = model.step(model.tokens(new long[] {0, 1, 2, 3, 4, 5}), model.initialState(1))
                    .next();
            MemoryState other = model.step(model.tokens(new long[] {5, 1, 2, 3, 4, 0}), model.initialState(1))
                    .next();
            for (int i = 1; i < 5; i++) {
                Tensor tokens = model.tokens(SEGMENTS[i]);
                StepResult first = model.step(tokens, one);
                StepResult second = model.step(tokens, other);
                assertThat(difference(first.logits(), second.logits())).isGreaterThan(1e-7);
                one = first.next();
                other = second.next();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void stateAndNativeMemoryDoNotGrow(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient();
                TestModel model = model(backend, form, Map.of("sticky", true))) {
            long bound = model.mechanism().memory().schema().boundBytes(1);
            MemoryState state = model.initialState(1).unscoped();
            long bytes = 0;
            for (int i = 0; i < 12; i++) {
                try (TensorScope step = backend.scope()) {
                    MemoryState next =
                            model.step(model.tokens(SEGMENTS[i % 5]), state).next();
                    next.unscoped();
                    state.close();
                    state = next;
                }
                assertThat(state.bytes()).isEqualTo(bound);
                if (i == 5) {
                    bytes = backend.memory().liveBytes();
                }
            }
            assertThat(backend.memory().liveBytes()).isEqualTo(bytes);
            state.close();
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void gradientsStayInsideTheSegmentButReachTheGateOfItsWrite(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        boolean xl = form.equals("xl");
        String embedding = xl ? "controller.tokens.weight" : "controller.input.tokens.weight";
        long[][] apart = {{0, 0, 0, 0, 0, 0}, {1, 1, 1, 1, 1, 1}, {2, 3, 2, 3, 2, 3}};
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, form, Map.of("sticky", true))) {
            MemoryState state = model.initialState(1);
            int firstWrite = xl ? 2 : 1;
            for (int i = 0; i < 3; i++) {
                StepResult result = model.step(model.tokens(apart[i]), state);
                result.next()
                        .tensors()
                        .values()
                        .forEach(entry -> assertThat(entry.requiresGradient()).isFalse());
                Map<String, double[]> gradients =
                        model.gradients(result.logits().square().sum());
                double[] rows = gradients.get(embedding);
                for (int token = 0; token < 7; token++) {
                    int id = token;
                    boolean own = Arrays.stream(apart[i]).anyMatch(t -> t == id);
                    assertThat(isZero(Arrays.copyOfRange(rows, 8 * id, 8 * id + 8)))
                            .as("segment %d, token %d", i, id)
                            .isNotEqualTo(own);
                }
                boolean hasRead = i >= firstWrite;
                gradients.forEach((path, values) -> {
                    if (path.startsWith("reader.") || path.startsWith("writer.")) {
                        assertThat(isZero(values)).as(path).isNotEqualTo(hasRead);
                    }
                });
                state = result.next();
            }
        }
    }

    private static boolean isZero(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == 0);
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void theLossIsTheWeightedMeanOfTheDivergence(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        Map<String, Object> memory =
                Map.of("backbone", form, "kl_weight", 0.25, "has_prior_mean", true, "prior_mean", 0.3);
        Map<String, Object> oneLayer = new LinkedHashMap<>(TestModel.form(form));
        oneLayer.put("layers", 1);
        try (TensorScope scope = backend.scope();
                TestModel model = TestModel.create(backend, memory, oneLayer)) {
            MemoryState state = after(model, form.equals("xl") ? 2 : 1);
            Pass training = Pass.training(new RandomSource(1));
            assertThat(model.step(model.tokens(SEGMENTS[0]), null, model.initialState(1), training)
                            .losses())
                    .isEmpty();
            assertThat(model.step(model.tokens(SEGMENTS[3]), state).losses())
                    .as("outside of training nobody asks for it")
                    .isEmpty();
            Tensor loss = model.step(model.tokens(SEGMENTS[3]), null, state, training)
                    .losses()
                    .get(InfiniteFormerReader.LOSS);
            assertThat(loss.item()).isCloseTo(0.25 * model.divergence().mean().item(), within(1e-12));
            assertThat(loss.requiresGradient()).isTrue();

            Tensor valid = backend.tensor(new boolean[] {true, true, false, false, true, false}, Shape.of(1, 6));
            Tensor masked = model.step(model.tokens(SEGMENTS[3]), valid, state, training)
                    .losses()
                    .get(InfiniteFormerReader.LOSS);
            Tensor real = model.divergence().indexSelect(2, backend.tensor(new long[] {0, 1, 4}, Shape.of(3)));
            assertThat(masked.item()).isCloseTo(0.25 * real.mean().item(), within(1e-12));
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void streamsOfDifferentAgeAndLengthShareABatch(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, form, Map.of("sticky", true))) {
            MemoryState longer = after(model, 4);
            MemoryState shorter = model.step(model.tokens(new long[] {3, 4, 5}), after(model, 2))
                    .next();
            MemoryState together = MemoryState.concat(List.of(longer, model.initialState(1), shorter));
            boolean[] real = new boolean[18];
            Arrays.fill(real, true);
            real[4] = false;
            real[5] = false;
            Arrays.fill(real, 6, 12, false);
            for (int i = 0; i < 3; i++) {
                long[] ids = SEGMENTS[i];
                Tensor valid = backend.tensor(real, Shape.of(3, 6));
                together = model.step(model.tokens(ids, ids, ids), valid, together, Pass.evaluation())
                        .next();
                longer = model.step(model.tokens(Arrays.copyOf(ids, 4)), longer).next();
                shorter = model.step(model.tokens(ids), shorter).next();
                assertSame(together, 0, longer);
                assertSame(together, 1, model.initialState(1));
                assertSame(together, 2, shorter);
            }
        }
    }

    private static void assertSame(MemoryState together, long row, MemoryState alone) {
        alone.tensors().forEach((name, expected) -> {
            double[] actual = together.get(name).slice(0, row, row + 1).toDoubles();
            assertThat(actual).as("row %d, %s", row, name).containsExactly(expected.toDoubles(), within(1e-11));
        });
    }

    @ParameterizedTest
    @MethodSource("enginesAndForms")
    void stickyDrawsFollowTheKeyAndAreFixedOutsideOfTraining(TestEngine engine, String form) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, form, Map.of("sticky", true))) {
            MemoryState state = after(model, 4);
            Tensor tokens = model.tokens(SEGMENTS[4]);
            double[] fixed = model.step(tokens, state).logits().toDoubles();
            assertThat(model.step(tokens, state).logits().toDoubles()).isEqualTo(fixed);
            double[] drawn = drawn(model, tokens, state, 1);
            assertThat(drawn(model, tokens, state, 1)).isEqualTo(drawn);
            assertThat(drawn(model, tokens, state, 2)).isNotEqualTo(drawn);
        }
    }

    private static double[] drawn(TestModel model, Tensor tokens, MemoryState state, long seed) {
        Pass pass = Pass.training(new RandomSource(seed));
        return model.step(tokens, null, state, pass).logits().toDoubles();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aFullSignalIsDroppedBeforeTheNextWrite(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, "standard", Map.of("reset_tokens", 12))) {
            long[] tokens = new long[5];
            for (int i = 0; i < 5; i++) {
                tokens[i] = after(model, i + 1)
                        .get(InfiniteFormerMemory.SIGNAL_TOKENS)
                        .toLongs()[0];
            }
            assertThat(tokens).containsExactly(0, 6, 12, 6, 12);
            Tensor dropped = after(model, 4).get(InfiniteFormerMemory.signal(0));
            MemoryState fresh =
                    model.step(model.tokens(SEGMENTS[2]), model.initialState(1)).next();
            Tensor first = model.step(model.tokens(SEGMENTS[3]), fresh).next().get(InfiniteFormerMemory.signal(0));
            assertThat(difference(dropped, first)).isLessThan(1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatWaitsAreBlockInputsAsTheyAreOrNormalised(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel raw = model(backend, "standard", Map.of());
                TestModel normalised = model(backend, "standard", Map.of("written_rows", "normalised"))) {
            Tensor waiting = after(raw, 1).get(InfiniteFormerMemory.pending(0));
            Tensor inputs = raw.trace().layerInputs().get(0);
            assertThat(waiting.toDoubles()).isEqualTo(inputs.toDoubles());
            Tensor normal = after(normalised, 1).get(InfiniteFormerMemory.pending(0));
            assertThat(difference(normal, inputs.layerNorm(null, null, 1e-5))).isLessThan(1e-12);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theXlFormReadsItsCacheBeforeAnythingIsWritten(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TensorScope scope = backend.scope();
                TestModel model = model(backend, "xl", Map.of())) {
            double[] alone = model.step(model.tokens(SEGMENTS[1]), model.initialState(1))
                    .logits()
                    .toDoubles();
            double[] behind = model.step(model.tokens(SEGMENTS[1]), after(model, 1))
                    .logits()
                    .toDoubles();
            assertThat(model.read()).isNull();
            assertThat(behind).isNotEqualTo(alone);
        }
    }

    private static double difference(Tensor a, Tensor b) {
        return a.sub(b).abs().reshape(a.shape().elements()).max(0, false).item();
    }
}
