package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The state as a value: rows picked, reset, saved, cut off. Every check runs from the state after two segments. */
final class StateChecks {
    private static final double TOLERANCE = 1e-12;
    private static final int BEFORE = 2;
    private static final int ROWS = TestSegments.ALL.length;

    private StateChecks() {}

    static void rows(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            Outcome whole = outcome(model, state, TestSegments.ALL);
            for (int[] picked : new int[][] {{2, 0, 1}, {1, 1, 2, 0}, {2}}) {
                long[] rows = Arrays.stream(picked).asLongStream().toArray();
                MemoryState some = state.select(backend.tensor(rows, Shape.of(rows.length)));
                String what = "rows " + Arrays.toString(picked) + " of a batch of " + ROWS;
                outcome(model, some, picked).withoutLosses().assertEquals(whole.rows(ROWS, picked), TOLERANCE, what);
            }
        }
    }

    static void reset(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            MemoryState initial = model.initialState(ROWS);
            state.tensors().forEach((name, tensor) -> {
                Shape fresh = initial.get(name).shape();
                if (!fresh.equals(tensor.shape())) {
                    throw new AssertionError("entry " + name + " is " + tensor.shape() + " after " + BEFORE
                            + " segments and " + fresh + " at the start: rows cannot start anew one by one");
                }
            });
            Tensor mask = backend.tensor(new boolean[] {false, true, false}, Shape.of(ROWS));
            Outcome after = outcome(model, state.reset(mask, initial), TestSegments.ALL);
            Outcome untouched = outcome(model, state, TestSegments.ALL);
            Outcome fresh = outcome(model, model.initialState(1), 1);
            after.rows(ROWS, 1).assertEquals(fresh.withoutLosses(), TOLERANCE, "the row that was reset");
            after.rows(ROWS, 0, 2).assertEquals(untouched.rows(ROWS, 0, 2), TOLERANCE, "the rows that were not reset");
        }
    }

    static void restore(Subject<?> subject, TensorBackend backend) throws IOException {
        byte[] saved;
        Outcome expected;
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(BEFORE, TestSegments.ALL);
            saved = SavedState.save(state);
            expected = outcome(model, state, TestSegments.ALL);
            model.stateAfter(1, 2, 1);
            outcome(model, SavedState.load(saved, backend), TestSegments.ALL)
                    .assertEquals(expected, TOLERANCE, "loaded into the same model after other streams");
        }
        try (TestModel another = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            outcome(another, SavedState.load(saved, backend), TestSegments.ALL)
                    .assertEquals(expected, TOLERANCE, "loaded into a new model of the same parameters");
        }
    }

    static void detach(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            Map<String, Tensor> carried = TestWindow.leaves(model.stateAfter(BEFORE, TestSegments.ALL));
            Map<String, Tensor> leaves = TestWindow.differentiable(carried);
            StepResult first = model.step(model.segment(BEFORE), MemoryState.of(carried));
            MemoryState cut = first.next().detach();
            cut.tensors().forEach((name, tensor) -> {
                if (tensor.requiresGradient()) {
                    throw new AssertionError("entry " + name + " requires a gradient after detach");
                }
            });
            Map<String, Tensor> all = new LinkedHashMap<>(model.leaves());
            leaves.forEach((name, leaf) -> all.put(TestWindow.atCarried(name), leaf));
            Map<String, double[]> across = gradientsAfter(model, cut, all);
            Map<String, double[]> alone;
            try (TestModel another = subject.open(backend)) {
                alone = gradientsAfter(another, cut, another.leaves());
            }
            leaves.forEach((name, leaf) -> alone.put(
                    TestWindow.atCarried(name),
                    new double[Math.toIntExact(leaf.shape().elements())]));
            Numbers.assertClose(across, alone, TOLERANCE, "two segments after a detached state, gradient of ");
        }
    }

    /** Gradients of the loss of two more segments: what a writer kept shows when the state it wrote is read. */
    private static Map<String, double[]> gradientsAfter(
            TestModel model, MemoryState state, Map<String, Tensor> leaves) {
        TestWindow window = new TestWindow(model, 2, false);
        return window.gradients(window.loss(state), leaves);
    }

    /** What comes out of the next segment of these streams. */
    private static Outcome outcome(TestModel model, MemoryState state, int... streams) {
        TestSegments segment = model.segment(BEFORE, streams);
        return Outcome.of(segment, model.step(segment, state));
    }
}
