package dev.mneme.recurrentmemory;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.RecordingWriter;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A mechanism in F64 whose insides can be looked at. */
final class TestModel implements AutoCloseable {
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

    private final TensorBackend backend;
    private final Mechanism mechanism;
    private final RecordingWriter recorder;

    private TestModel(TensorBackend backend, Mechanism mechanism, RecordingWriter recorder) {
        this.backend = backend;
        this.mechanism = mechanism;
        this.recorder = recorder;
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
        Mechanism mechanism =
                new RecurrentMemoryProvider().roles(config, context).assemble(reader, RecordingWriter::new);
        TestModel model = new TestModel(backend, mechanism, (RecordingWriter) mechanism.writer());
        spreadOut(model.parameters());
        return model;
    }

    /** Biases and gains start at 0 and 1, where many mistakes do not show. */
    static void spreadOut(Map<String, Parameter> parameters) {
        parameters.forEach((path, parameter) -> {
            if (path.endsWith("bias") || path.endsWith("gain")) {
                Tensor value = parameter.value();
                double[] values = value.toDoubles();
                for (int i = 0; i < values.length; i++) {
                    values[i] += 0.3 * Math.sin(path.length() + 1.7 * i);
                }
                try (Tensor spread = value.backend()
                        .tensor(values, value.shape(), value.dtype())
                        .unscoped()) {
                    value.assign(spread);
                }
            }
        });
    }

    TensorBackend backend() {
        return backend;
    }

    Mechanism mechanism() {
        return mechanism;
    }

    Map<String, Parameter> parameters() {
        return mechanism.parameters();
    }

    Tensor value(String path) {
        Parameter parameter = parameters().get(path);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    "no parameter " + path + "; there is " + parameters().keySet());
        }
        return parameter.value();
    }

    void assign(String path, double[] values) {
        try (TensorScope scope = backend.scope()) {
            Tensor value = value(path);
            value.assign(backend.tensor(values, value.shape(), DType.F64));
        }
    }

    MemoryState initial(long batch) {
        return mechanism.memory().initialState(batch);
    }

    /** Runs a segment in the caller's scope. */
    Step step(Segment segment, MemoryState state) {
        StepResult result = mechanism.controller().step(segment, state, Pass.evaluation());
        mechanism.memory().schema().check(result.next(), segment.batch());
        return new Step(result.logits(), result.next(), recorder.trace());
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
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            return steps(initial(segments[0].size(0)), segments).stream()
                    .map(step -> step.logits().toDoubles())
                    .toList();
        }
    }

    /** The memory after the last segment, on the host, without a graph. */
    double[] memoryAfter(Tensor... segments) {
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            List<Step> steps = steps(initial(segments[0].size(0)), segments);
            return steps.get(steps.size() - 1).memory().toDoubles();
        }
    }

    /** Ids (batch, length) in the caller's scope. */
    Tensor tokens(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(ids.length, ids[0].length));
    }

    /** A segment in the caller's scope; ids at false are padding. */
    Segment segment(boolean @Nullable [] valid, long[]... ids) {
        Tensor tokens = tokens(ids);
        return new Segment(tokens, valid == null ? null : backend.tensor(valid, tokens.shape()), null);
    }

    /** Gradients of a scalar, by parameter path. */
    Map<String, double[]> gradients(Tensor scalar) {
        return gradients(List.of(scalar), Collections.singletonList(null));
    }

    /** Gradients of outputs with these cotangents, by parameter path. */
    Map<String, double[]> gradients(List<Tensor> outputs, List<? extends @Nullable Tensor> cotangents) {
        List<String> paths = new ArrayList<>(parameters().keySet());
        List<Tensor> leaves = paths.stream().map(this::value).toList();
        List<Tensor> gradients = backend.gradients(outputs, leaves, cotangents);
        Map<String, double[]> result = new LinkedHashMap<>();
        for (int i = 0; i < paths.size(); i++) {
            result.put(paths.get(i), gradients.get(i).toDoubles());
        }
        return result;
    }

    /** A copy by way of the host, as a saved and restored state is. */
    MemoryState restored(MemoryState state) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        state.tensors()
                .forEach((name, tensor) -> copies.put(
                        name,
                        tensor.dtype() == DType.BOOL
                                ? backend.tensor(tensor.toBooleans(), tensor.shape())
                                : backend.tensor(tensor.toDoubles(), tensor.shape(), tensor.dtype())));
        return MemoryState.of(copies);
    }

    /** Logits of tokens fed in pieces of these lengths, joined, and the state after them, in the caller's scope. */
    Step streamed(MemoryState state, Segment opening, Tensor tokens, int... pieces) {
        try (SegmentStream stream = mechanism.controller().stream(opening, state, Pass.evaluation())) {
            List<Tensor> logits = new ArrayList<>();
            long from = 0;
            for (int piece : pieces) {
                logits.add(stream.feed(tokens.slice(1, from, from + piece)));
                from += piece;
            }
            MemoryState next = stream.finish();
            mechanism.memory().schema().check(next, opening.batch());
            return new Step(backend.concat(logits, 1), next, recorder.trace());
        }
    }

    @Override
    public void close() {
        mechanism.close();
    }
}
