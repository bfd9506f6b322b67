package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;

/** What a step returns, and how large the state becomes. */
final class ShapeChecks {
    private static final int SEGMENTS = 20;

    /** By then, whatever grows with the first segments is full. */
    private static final int FULL_AFTER = 8;

    private ShapeChecks() {}

    static void shapes(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            for (int[] streams : new int[][] {TestSegments.ALL, {1}}) {
                MemoryState state = model.initialState(streams.length);
                model.memory().schema().check(state, streams.length);
                for (int i = 0; i < 3; i++) {
                    TestSegments segment = model.segment(i, streams);
                    StepResult result = model.step(segment, state);
                    check(model, segment, result);
                    state = result.next();
                }
            }
        }
    }

    static void check(TestModel model, TestSegments segment, StepResult result) {
        Shape expected = Shape.of(
                segment.rows(), segment.outputs(), model.subject().task().targetVocabulary());
        Shape found = result.logits().shape();
        if (!found.equals(expected) || result.logits().dtype() != DType.F64) {
            throw new AssertionError("logits: expected " + DType.F64 + expected + ", got "
                    + result.logits().dtype() + found);
        }
        model.memory().schema().check(result.next(), segment.rows());
        result.losses().forEach((name, loss) -> {
            if (loss.rank() != 0 || loss.dtype() != DType.F64) {
                throw new AssertionError("auxiliary loss " + name + ": expected " + DType.F64 + Shape.of() + ", got "
                        + loss.dtype() + loss.shape());
            }
        });
    }

    static void bound(Subject<?> subject, TensorBackend backend) {
        int rows = TestSegments.ALL.length;
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope outer = backend.scope()) {
            long bound = model.memory().schema().boundBytes(rows);
            MemoryState state = model.initialState(rows);
            long settled = 0;
            for (int i = 0; i < SEGMENTS; i++) {
                try (TensorScope scope = backend.scope()) {
                    state = model.step(model.segment(i), state).next();
                    state.tensors().values().forEach(scope::keep);
                }
                model.memory().schema().check(state, rows);
                String after = "state after segment " + (i + 1) + " of " + SEGMENTS;
                if (state.bytes() > bound) {
                    throw new AssertionError(after + " has " + state.bytes() + " bytes, its bound is " + bound);
                }
                if (i >= FULL_AFTER && state.bytes() != settled) {
                    throw new AssertionError(after + " has " + state.bytes() + " bytes, the segment before left "
                            + settled + ": it grows");
                }
                Outcome.values(state).forEach((name, values) -> Numbers.assertFinite(values, after + ", " + name));
                settled = state.bytes();
            }
        }
    }
}
