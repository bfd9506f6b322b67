package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.task.Form;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;

/** Native memory before and after. */
final class ReleaseChecks {
    private ReleaseChecks() {}

    static void release(Subject<?> subject, TensorBackend backend) {
        MemoryStatistics before = backend.memory();
        try (TestModel model = subject.open(backend)) {
            assertReturned(backend, "a training step", () -> {
                try (TensorScope scope = backend.scope()) {
                    new TestWindow(model, 3, true).gradients();
                }
            });
            if (subject.form() != Form.ENCODER) {
                assertReturned(backend, "a stream fed to its end", () -> stream(model, true));
                assertReturned(backend, "a stream closed half-way", () -> stream(model, false));
            }
        }
        assertSame(before, backend.memory(), "building, running and closing the mechanism");
    }

    private static void stream(TestModel model, boolean whole) {
        TestSegments segment = model.segment(0);
        try (TensorScope scope = model.backend().scope()) {
            MemoryState state = model.initialState(segment.rows());
            try (SegmentStream stream = StreamingChecks.open(model, segment, state)) {
                StreamingChecks.feed(model, segment, stream, 1, 2);
                if (whole) {
                    stream.finish();
                }
            }
        }
    }

    private static void assertReturned(TensorBackend backend, String what, Runnable body) {
        MemoryStatistics before = backend.memory();
        body.run();
        assertSame(before, backend.memory(), what);
    }

    private static void assertSame(MemoryStatistics before, MemoryStatistics after, String what) {
        if (!after.equals(before)) {
            throw new AssertionError(what + " leaves " + (after.liveTensors() - before.liveTensors()) + " tensors and "
                    + (after.liveBytes() - before.liveBytes()) + " bytes behind");
        }
    }
}
