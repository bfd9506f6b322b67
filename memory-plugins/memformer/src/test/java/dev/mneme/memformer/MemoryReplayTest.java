package dev.mneme.memformer;

import static dev.mneme.memformer.TestModel.CLASSES;
import static dev.mneme.memformer.TestModel.DIM;
import static dev.mneme.memformer.TestModel.SLOTS;
import static dev.mneme.tck.Rows.difference;
import static dev.mneme.tck.Rows.norm;
import static dev.mneme.tck.Rows.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memformer.SegmentWindow.Gradients;
import dev.mneme.memformer.SegmentWindow.Part;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How gradients cross segments. */
final class MemoryReplayTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 5;

    static Stream<Arguments> enginesVariantsAndForms() {
        return TestEngine.all().stream()
                .flatMap(engine -> Stream.of("bmn", "gru", "membart")
                        .flatMap(variant -> Arrays.stream(Form.values())
                                .filter(form -> form != Form.DECODER || !variant.equals("membart"))
                                .map(form -> Arguments.of(engine, variant, form))));
    }

    static List<TestEngine> engines() {
        return TestEngine.all();
    }

    /** Random segments; sample 1 starts anew at segment 2, unless {@code resets} is false. */
    private static SegmentWindow window(TestModel model, Form form, int segments, boolean resets) {
        TensorBackend backend = model.backend();
        SplittableRandom random = new SplittableRandom(segments);
        List<Part> parts = new ArrayList<>();
        for (int t = 0; t < segments; t++) {
            Tensor targets = ids(backend, random).reshape(BATCH * LENGTH);
            Tensor decoderTokens = form == Form.ENCODER_DECODER ? ids(backend, random) : null;
            Segment segment = new Segment(ids(backend, random), null, decoderTokens);
            Tensor reset = resets && t == 2 ? backend.tensor(new boolean[] {false, true}, Shape.of(BATCH)) : null;
            parts.add(new Part(
                    segment,
                    reset,
                    0.5 + t,
                    step -> step.logits().reshape(BATCH * LENGTH, CLASSES).crossEntropy(targets, 0)));
        }
        return new SegmentWindow(model, parts);
    }

    private static Tensor ids(TensorBackend backend, SplittableRandom random) {
        return backend.tensor(random.longs(BATCH * LENGTH, 0, CLASSES).toArray(), Shape.of(BATCH, LENGTH));
    }

    // ---- property 10 ----

    @ParameterizedTest
    @MethodSource("enginesVariantsAndForms")
    void replayGivesTheGradientsOfBackPropagationThroughTime(TestEngine engine, String variant, Form form) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, variant, form);
                TensorScope scope = backend.scope()) {
            SegmentWindow window = window(model, form, 4, true);
            MemoryState carried = model.initialState(BATCH).detach();
            Gradients expected = window.throughTime(carried);
            Gradients actual = window.byReplay(carried);
            expected.parameters()
                    .forEach((path, gradient) -> assertThat(
                                    difference(actual.parameters().get(path), gradient))
                            .as(path)
                            .isLessThan(1e-12));
            for (int t = 0; t < 4; t++) {
                assertThat(difference(actual.slots().get(t), expected.slots().get(t)))
                        .isLessThan(1e-12);
            }
            String start = model.parameters().keySet().iterator().next();
            assertThat(norm(expected.parameters().get(start))).isGreaterThan(1e-6);
            double[] atReset = actual.slots().get(2);
            assertThat(norm(rows(atReset, DIM, 0, SLOTS))).isGreaterThan(1e-6);
            assertThat(rows(atReset, DIM, SLOTS, 2 * SLOTS)).containsOnly(0);
        }
    }

    // ---- property 11 ----

    @ParameterizedTest
    @MethodSource("engines")
    void withoutGradientsAcrossSegmentsTheWriterLearnsNothing(TestEngine engine) {
        TensorBackend backend = engine.backend();
        for (Form form : Form.values()) {
            try (TestModel model = TestModel.create(backend, "bmn", form);
                    TensorScope scope = backend.scope()) {
                MemoryState carried = model.initialState(BATCH).detach();
                Gradients detached = window(model, form, 1, false).throughTime(carried);
                assertThat(detached.parameters().get("writer.attention.project.weight"))
                        .containsOnly(0);
                assertThat(detached.parameters().get("memory.v_bias")).containsOnly(0);
                Gradients crossing = window(model, form, 2, false).throughTime(carried);
                assertThat(norm(crossing.parameters().get("writer.attention.project.weight")))
                        .isGreaterThan(1e-6);
                Part part = window(model, form, 1, false).parts().get(0);
                Tensor all = backend.tensor(new boolean[] {true, true}, Shape.of(BATCH));
                Part anew = new Part(part.segment(), all, part.weight(), part.loss());
                Gradients started = new SegmentWindow(model, List.of(anew)).throughTime(carried);
                assertThat(started.parameters().get("writer.attention.project.weight"))
                        .containsOnly(0);
                assertThat(norm(started.parameters().get("memory.v_bias"))).isGreaterThan(1e-6);
            }
        }
    }

    // ---- property 12 ----

    @ParameterizedTest
    @MethodSource("engines")
    void replayHoldsOneSegmentAndTheStatesBetween(TestEngine engine) {
        TensorBackend backend = engine.backend();
        try (TestModel model = TestModel.create(backend, "bmn", Form.ENCODER_DECODER)) {
            long[] full = peaks(model, false);
            long[] replay = peaks(model, true);
            long state = (long) BATCH * SLOTS * DIM * Double.BYTES;
            long inputs = 4L * BATCH * LENGTH * Long.BYTES;
            // Twelve segments more: their states and their inputs are there, their activations are not.
            assertThat(replay[1] - replay[0]).isLessThanOrEqualTo(12 * (state + inputs));
            assertThat(full[1]).isGreaterThan(3 * full[0]);
            assertThat(full[1]).isGreaterThan(8 * replay[1]);
        }
    }

    /** Bytes above the model's own with 4 and with 16 segments. */
    private static long[] peaks(TestModel model, boolean replay) {
        TensorBackend backend = model.backend();
        long own = backend.memory().liveBytes();
        long[] peaks = new long[2];
        for (int i = 0; i < 2; i++) {
            try (TensorScope scope = backend.scope()) {
                SegmentWindow window = window(model, Form.ENCODER_DECODER, i == 0 ? 4 : 16, false);
                MemoryState carried = model.initialState(BATCH).detach();
                Gradients gradients = replay ? window.byReplay(carried) : window.throughTime(carried);
                peaks[i] = gradients.peakBytes() - own;
            }
        }
        return peaks;
    }
}
