package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.task.Form;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;

/** What must not be seen: later tokens, and padding. */
final class SightChecks {
    private static final double TOLERANCE = 1e-12;
    private static final int BEFORE = 2;
    private static final int ROWS = TestSegments.ALL.length;

    private SightChecks() {}

    static void causality(Subject<?> subject, TensorBackend backend) {
        boolean decoder = subject.form() == Form.DECODER;
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            TestSegments segment = model.segment(BEFORE);
            double[] logits = logits(model, segment, state);
            int width = logits.length / (ROWS * segment.outputs());
            for (int position = 1; position < segment.outputs(); position++) {
                TestSegments changed = decoder
                        ? segment.changing(0, position, subject.task().vocabulary())
                        : segment.changingTarget(0, position, subject.task().targetVocabulary());
                double[] after = logits(model, changed, state);
                String what = "after a change of token " + position + ", logits of earlier tokens";
                Numbers.assertClose(
                        Arrays.copyOf(after, position * width),
                        Arrays.copyOf(logits, position * width),
                        TOLERANCE,
                        what);
                Numbers.assertDiffers(
                        Arrays.copyOfRange(after, position * width, (position + 1) * width),
                        Arrays.copyOfRange(logits, position * width, (position + 1) * width),
                        "a change of token " + position + " does not change its own logits");
            }
        }
    }

    private static double[] logits(TestModel model, TestSegments segment, MemoryState state) {
        return Outcome.logits(segment, model.step(segment, state).logits());
    }

    static void padding(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            int ids = subject.task().vocabulary();
            TestSegments padded = model.segment(BEFORE).padding(0, 3);
            Outcome expected = outcome(model, padded, state);
            outcome(model, padded.changing(0, 3, ids).changing(0, 4, ids), state)
                    .assertEquals(expected, TOLERANCE, "after a change of two padded tokens");
            TestSegments blank = padded.padding(2, 0);
            Outcome beside = outcome(model, blank, state);
            beside.rows(ROWS, 0, 1)
                    .assertEquals(expected.rows(ROWS, 0, 1), TOLERANCE, "beside a row of nothing but padding");
            Numbers.assertFinite(beside.logits(), "logits beside a row of nothing but padding");
            beside.next()
                    .forEach((name, values) ->
                            Numbers.assertFinite(values, "entry " + name + " after a row of nothing but padding"));
            outcome(model, blank.changing(2, 0, ids), state)
                    .assertEquals(beside, TOLERANCE, "after a change in a row of nothing but padding");
        }
    }

    private static Outcome outcome(TestModel model, TestSegments segment, MemoryState state) {
        return Outcome.of(segment, model.step(segment, state));
    }
}
