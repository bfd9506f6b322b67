package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What is seen of a segment, and that seeing it does nothing. */
final class ViewChecks {
    /** Fused attention and attention whose weights are looked at differ by rounding. */
    private static final double TOLERANCE = 1e-9;

    private static final int SEGMENTS = 3;
    private static final int STREAM = 0;

    private ViewChecks() {}

    static void views(Subject<?> subject, TensorBackend backend) {
        Map<String, List<Object>> known = new HashMap<>();
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.initialState(1);
            for (int i = 0; i < SEGMENTS; i++) {
                TestSegments segment = model.segment(i, STREAM);
                Outcome unseen = Outcome.of(segment, model.step(segment, state));
                Observation.Recorder recorder = new Observation.Recorder();
                StepResult result = model.step(segment, state, Pass.evaluation().observedBy(recorder));
                Outcome.of(segment, result).assertEquals(unseen, TOLERANCE, "segment " + i + " while somebody looks");
                List<String> tokens = IntStream.range(0, segment.length())
                        .mapToObj(Integer::toString)
                        .toList();
                for (MemoryView view : lookedAt(model, recorder.observation(tokens, state, result.next()))) {
                    assertKept(known, view);
                }
                state = result.next();
            }
        }
    }

    private static List<MemoryView> lookedAt(TestModel model, Observation observation) {
        Map<String, double[]> before = Outcome.values(observation.before());
        Map<String, double[]> after = Outcome.values(observation.after());
        MemoryStatistics tensors = model.backend().memory();
        List<MemoryView> views;
        try (TensorScope scope = model.backend().scope()) {
            views = model.memory().views(observation);
        }
        long left = model.backend().memory().liveTensors() - tensors.liveTensors();
        if (left != 0) {
            throw new AssertionError("views leave " + left + " tensors behind");
        }
        Numbers.assertClose(
                Outcome.values(observation.before()), before, 0, "after views, the state before the segment, entry ");
        Numbers.assertClose(
                Outcome.values(observation.after()), after, 0, "after views, the state behind the segment, entry ");
        return views;
    }

    private static void assertKept(Map<String, List<Object>> known, MemoryView view) {
        List<Object> form = List.of(
                view.kind(),
                view.explanation(),
                view.panels().stream().map(Panel::name).toList());
        List<Object> first = known.putIfAbsent(view.title(), form);
        if (first != null && !first.equals(form)) {
            throw new AssertionError("view '" + view.title() + "' was " + first + " and is " + form);
        }
    }
}
