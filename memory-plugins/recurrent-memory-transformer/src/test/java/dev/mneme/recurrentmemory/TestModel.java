package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.MechanismProbe;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The mechanism in F64. */
final class TestModel extends MechanismProbe {
    /** What one segment gives. */
    record Step(Tensor logits, MemoryState next, SegmentTrace trace) {
        /** The memory after the segment, (batch, M, dim). */
        Tensor memory() {
            return next.get(RecurrentMemory.ROWS);
        }
    }

    static final int DIM = 8;
    static final int VOCABULARY = 7;
    static final int SLOTS = 3;
    /** Tokens of the longest segment. */
    static final int LONGEST = 6;

    private static final long SEED = 5;

    private TestModel(RecurrentMemoryConfig config, MechanismContext context, UnaryOperator<Reader> reader) {
        super(new RecurrentMemoryProvider(), config, context, reader, UnaryOperator.identity());
    }

    static TaskInfo task(Form form) {
        int targets = form == Form.ENCODER_DECODER ? LONGEST : 0;
        return task(form, VOCABULARY, VOCABULARY, LONGEST, targets);
    }

    static TaskInfo task(Form form, int vocabulary, int labels, int maxLength, int maxTargetLength) {
        int begin = maxTargetLength > 0 ? 0 : -1;
        return new TaskInfo(form, vocabulary, labels, maxLength, maxTargetLength, begin, -1, Double.NaN, Double.NaN);
    }

    /** Two narrow blocks with these settings on top. */
    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of(
                "dim",
                DIM,
                "heads",
                2,
                "feed_forward",
                12,
                "embedding_std",
                0.7,
                "position_std",
                0.7,
                "head_bias",
                true));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    static RecurrentMemoryConfig memory(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("slots", SLOTS));
        all.putAll(settings);
        return Settings.bind("memory", RecurrentMemoryConfig.class, all);
    }

    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model, Form form) {
        return create(backend, memory(memory), backbone(model), task(form), reader -> reader);
    }

    /** With a reader that stands before the mechanism's own. */
    static TestModel create(
            TensorBackend backend,
            RecurrentMemoryConfig config,
            BackboneConfig backbone,
            TaskInfo task,
            UnaryOperator<Reader> reader) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, SEED), backbone, task);
        TestModel model = new TestModel(config, context, reader);
        spreadOut(model.parameters());
        return model;
    }

    static void spreadOut(Map<String, Parameter> parameters) {
        spreadOut(parameters, 0.3, path -> path.endsWith("bias") || path.endsWith("gain"));
    }

    /** Runs a segment in the caller's scope. */
    Step step(Segment segment, MemoryState state) {
        StepResult result = mechanism().controller().step(segment, state, Pass.evaluation());
        mechanism().memory().schema().check(result.next(), segment.batch());
        return new Step(result.logits(), result.next(), trace());
    }

    /** Runs segments of decoder tokens, each (batch, length), one after the other. */
    List<Step> steps(MemoryState start, Tensor... segments) {
        List<Step> steps = new ArrayList<>();
        MemoryState state = start;
        for (Tensor tokens : segments) {
            Step step = step(new Segment(tokens, null, null), state);
            steps.add(step);
            state = step.next();
        }
        return steps;
    }

    /** Logits of all segments, on the host, without a graph. */
    List<double[]> logits(Tensor... segments) {
        try (TensorScope scope = backend().scope();
                GradientMode off = backend().noGradient()) {
            return steps(initialState(segments[0].size(0)), segments).stream()
                    .map(step -> step.logits().toDoubles())
                    .toList();
        }
    }

    /** The memory after the last segment, on the host, without a graph. */
    double[] memoryAfter(Tensor... segments) {
        try (TensorScope scope = backend().scope();
                GradientMode off = backend().noGradient()) {
            List<Step> steps = steps(initialState(segments[0].size(0)), segments);
            return steps.get(steps.size() - 1).memory().toDoubles();
        }
    }
}
