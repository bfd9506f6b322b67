package dev.mneme.recurrentmemory;

import static dev.mneme.tck.Rows.assertDiffers;
import static dev.mneme.tck.Rows.difference;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.nn.Pass;
import dev.mneme.recurrentmemory.TestModel.Step;
import dev.mneme.tck.Rows;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients across segments. */
final class RecurrentMemoryGradientTest {
    /** Occurs in the first segment alone. */
    private static final int EARLY_TOKEN = 6;

    private static final long[][] TEXT = {{3, 1, 6, 1, 5}, {2, 0, 5, 3, 0}, {0, 4, 4, 2, 1}, {5, 5, 2, 0, 3}};

    static Stream<Arguments> forms() {
        return DecoderForm.onAllEngines();
    }

    private static Tensor[] segments(TestModel model, int count) {
        return Arrays.stream(TEXT).limit(count).map(model::tokens).toArray(Tensor[]::new);
    }

    private static Tensor loss(Step step) {
        return step.logits().logSoftmax(-1).square().sum();
    }

    // ---- property 7 ----

    @ParameterizedTest
    @MethodSource("forms")
    void theLossOfTheThirdSegmentReachesTokensOfTheFirstThroughTheMemoryAlone(TestEngine engine, DecoderForm form) {
        try (TestModel model = form.create(engine);
                TestModel withoutRows = form.create(engine.backend(), Map.of("slots", 0))) {
            assertThat(earlyTokenGradient(model, form, false)).isGreaterThan(1e-6);
            assertThat(earlyTokenGradient(model, form, true)).isZero();
            assertThat(earlyTokenGradient(withoutRows, form, false)).isZero();
        }
    }

    /** Largest gradient of the loss of segment 3 for the embedding of a token that occurs in segment 1 only. */
    private static double earlyTokenGradient(TestModel model, DecoderForm form, boolean detached) {
        TensorBackend backend = model.backend();
        try (TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(1);
            Step last = null;
            for (Tensor tokens : segments(model, 3)) {
                last = model.step(new Segment(tokens, null, null), state);
                state = detached ? last.next().detach() : last.next();
            }
            // Tied to the output, the xl form's embedding has a gradient from every token: take the path of the input.
            Tensor rows = last == null ? model.tokens(TEXT[0]) : last.trace().tokenOutput();
            Map<String, double[]> gradients =
                    model.gradients(rows.square().mul(rows).sum());
            String path = form == DecoderForm.STANDARD ? "controller.input.tokens.weight" : "controller.tokens.weight";
            return Arrays.stream(Rows.row(gradients.get(path), TestModel.DIM, EARLY_TOKEN))
                    .map(Math::abs)
                    .max()
                    .orElseThrow();
        }
    }

    // ---- property 8 ----

    @ParameterizedTest
    @MethodSource("forms")
    void replayingTheLastSegmentsFromTheMemoryThatEnteredThemEqualsOneGraphOverThem(
            TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        int unroll = 2;
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope()) {
            Tensor[] segments = segments(model, 4);
            List<MemoryState> entered = new ArrayList<>();
            MemoryState state = model.initialState(1);
            for (Tensor tokens : segments) {
                entered.add(model.restored(state));
                try (GradientMode off = backend.noGradient()) {
                    state = model.step(new Segment(tokens, null, null), state).next();
                }
            }
            Tensor[] unrolled = Arrays.copyOfRange(segments, 3 - unroll, 4);
            List<Step> replayed = model.steps(entered.get(3 - unroll), unrolled);
            Map<String, double[]> actual = model.gradients(loss(replayed.get(unroll)));

            MemoryState start = model.step(new Segment(segments[0], null, null), model.initialState(1))
                    .next();
            List<Step> graph = model.steps(start.detach(), unrolled);
            assertClose(actual, model.gradients(loss(graph.get(unroll))), 1e-12);

            List<Step> longer = model.steps(model.initialState(1), segments);
            assertDiffers(model.gradients(loss(longer.get(3))).get("memory.slots"), actual.get("memory.slots"));
        }
    }

    // ---- property 9 ----

    @ParameterizedTest
    @MethodSource("forms")
    void memoryReplayGivesTheGradientsOfFullBackPropagation(TestEngine engine, DecoderForm form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = form.create(engine);
                TensorScope scope = backend.scope()) {
            Tensor[] segments = segments(model, 4);
            Tensor total = model.steps(model.initialState(1), segments).stream()
                    .map(RecurrentMemoryGradientTest::loss)
                    .reduce(Tensor::add)
                    .orElseThrow();
            assertClose(replay(model, segments), model.gradients(total), 1e-10);
        }
    }

    /** One segment's graph at a time, from the last to the first, the gradient of its memory handed on. */
    private static Map<String, double[]> replay(TestModel model, Tensor[] segments) {
        TensorBackend backend = model.backend();
        List<MemoryState> entered = new ArrayList<>();
        try (GradientMode off = backend.noGradient()) {
            MemoryState state = model.initialState(1);
            for (Tensor tokens : segments) {
                entered.add(state);
                state = model.mechanism()
                        .controller()
                        .advance(new Segment(tokens, null, null), state, Pass.evaluation())
                        .next();
            }
        }
        Map<String, double[]> gradients = new LinkedHashMap<>();
        Tensor cotangent = null;
        for (int i = segments.length - 1; i >= 0; i--) {
            Tensor leaf = entered.get(i).get(RecurrentMemory.ROWS).detach().variable();
            MemoryState state = i == 0 ? model.initialState(1) : entered.get(i).with(RecurrentMemory.ROWS, leaf);
            List<Tensor> outputs = new ArrayList<>();
            List<@Nullable Tensor> cotangents = new ArrayList<>();
            Step step = model.step(new Segment(segments[i], null, null), state);
            outputs.add(loss(step));
            cotangents.add(null);
            if (cotangent != null) {
                outputs.add(step.memory());
                cotangents.add(cotangent);
            }
            Map<String, double[]> found = model.gradients(outputs, cotangents, List.of(leaf));
            cotangent = backend.tensor(found.remove("0"), leaf.shape(), leaf.dtype());
            found.forEach((path, values) -> gradients.merge(path, values, RecurrentMemoryGradientTest::sum));
        }
        return gradients;
    }

    private static double[] sum(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }

    private static void assertClose(Map<String, double[]> actual, Map<String, double[]> expected, double tolerance) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        assertThat(Collections.max(actual.values().stream()
                        .map(values ->
                                Arrays.stream(values).map(Math::abs).max().orElseThrow())
                        .toList()))
                .isGreaterThan(1e-3);
        actual.forEach((path, values) -> assertThat(difference(values, expected.get(path)))
                .as(path)
                .isLessThan(tolerance
                        * (1 + Arrays.stream(values).map(Math::abs).max().orElseThrow())));
    }
}
