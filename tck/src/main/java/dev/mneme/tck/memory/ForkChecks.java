package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.util.Map;

/** One state that a stream goes on from in several ways. */
final class ForkChecks {
    private static final double TOLERANCE = 1e-12;
    private static final int BEFORE = 2;

    private ForkChecks() {}

    static void fork(Subject<?> subject, TensorBackend backend) throws IOException {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            byte[] saved = SavedState.save(state);
            requireUnchanged(state, "a step", () -> model.step(model.segment(BEFORE + 1), state));
            requireUnchanged(
                    state, "a step with dropout", () -> model.step(model.segment(BEFORE + 1), state, dropout()));
            requireUnchanged(
                    state,
                    "advance",
                    () -> model.controller()
                            .advance(model.segment(BEFORE + 1).upload(backend), state, Pass.evaluation()));
            if (subject.form() != Form.ENCODER) {
                requireUnchanged(state, "a stream fed to its end", () -> stream(model, state));
            }
            TestSegments other = model.segment(BEFORE);
            Outcome.of(other, model.step(other, state))
                    .assertEquals(
                            Outcome.of(other, model.step(other, SavedState.load(saved, backend))),
                            TOLERANCE,
                            "a second way on from one state");
        }
    }

    private static Pass dropout() {
        return Pass.training(new RandomSource(5));
    }

    private static void stream(TestModel model, MemoryState state) {
        TestSegments segment = model.segment(BEFORE + 1);
        try (SegmentStream stream = StreamingChecks.open(model, segment, state)) {
            StreamingChecks.feed(model, segment, stream, 1, 2);
            stream.finish();
        }
    }

    private static void requireUnchanged(MemoryState state, String what, Runnable body) {
        Map<String, double[]> before = Outcome.values(state);
        body.run();
        Numbers.assertClose(Outcome.values(state), before, 0, "the state that " + what + " was given, entry ");
    }
}
