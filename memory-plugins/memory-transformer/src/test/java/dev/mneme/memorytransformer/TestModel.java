package dev.mneme.memorytransformer;

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
import dev.mneme.memory.Writer;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A mechanism in F64 whose insides can be looked at. */
final class TestModel implements AutoCloseable {
    /** What one segment gives: logits, final memory rows, final token rows, and both after each block. */
    record Run(Tensor logits, Tensor memory, Tensor sequence, List<Tensor> layerMemory, List<Tensor> layerSequence) {}

    /** The same on the host. */
    record Values(double[] logits, double[] memory, double[] sequence) {}

    /** Of all first values. */
    static final long SEED = 5;

    private final TensorBackend backend;
    private final Mechanism mechanism;
    private final RecordingWriter recorder;

    private TestModel(TensorBackend backend, Mechanism mechanism, RecordingWriter recorder) {
        this.backend = backend;
        this.mechanism = mechanism;
        this.recorder = recorder;
    }

    /** Seven tokens, segments of up to 8, targets of up to 8. */
    static TaskInfo task(Form form) {
        int targets = form == Form.ENCODER_DECODER ? 8 : 0;
        return new TaskInfo(form, 7, 7, 8, targets, targets > 0 ? 0 : -1, -1, Double.NaN, Double.NaN);
    }

    /** Two narrow blocks with these settings on top. */
    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(
                Map.of("dim", 8, "heads", 2, "feed_forward", 12, "embedding_std", 0.7, "position_std", 0.7));
        all.putAll(Map.of("projection_bias", true, "output_bias", true, "head_bias", true));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    static MemoryTransformerConfig memory(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("slots", 3));
        all.putAll(settings);
        return Settings.bind("memory", MemoryTransformerConfig.class, all);
    }

    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model, Form form) {
        return create(backend, memory(memory), backbone(model), task(form));
    }

    static TestModel create(
            TensorBackend backend, MemoryTransformerConfig config, BackboneConfig backbone, TaskInfo task) {
        return create(backend, config, backbone, task, reader -> reader, writer -> writer);
    }

    /** With a writer that stands before the mechanism's own. */
    static TestModel create(
            TensorBackend backend,
            MemoryTransformerConfig config,
            BackboneConfig backbone,
            TaskInfo task,
            UnaryOperator<Writer> writer) {
        return create(backend, config, backbone, task, reader -> reader, writer);
    }

    /** With a reader and a writer that stand before the mechanism's own. */
    static TestModel create(
            TensorBackend backend,
            MemoryTransformerConfig config,
            BackboneConfig backbone,
            TaskInfo task,
            UnaryOperator<Reader> reader,
            UnaryOperator<Writer> writer) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, SEED), backbone, task);
        Mechanism mechanism = new MemoryTransformerProvider()
                .roles(config, context)
                .assemble(reader, actual -> new RecordingWriter(writer.apply(actual)));
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

    /** Gives the writer's parameter sets the values of the backbone's. */
    void copyBackboneToWriter() {
        for (String path : parameters().keySet()) {
            if (path.startsWith("writer.")) {
                String twin = path.replace("writer.norm", "writer.layers.norm").replace("writer.", "controller.");
                value(path).assign(value(twin));
            }
        }
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

    /** Runs a segment in the caller's scope. */
    Run run(Segment segment) {
        StepResult result = mechanism
                .controller()
                .step(segment, mechanism.memory().initialState(segment.batch()), Pass.evaluation());
        SegmentTrace trace = recorder.trace();
        List<Tensor> outputs = new ArrayList<>(
                trace.layerInputs().subList(1, trace.layerInputs().size()));
        outputs.add(trace.output());
        List<Tensor> layerMemory = new ArrayList<>();
        List<Tensor> layerSequence = new ArrayList<>();
        for (int layer = 0; layer < outputs.size(); layer++) {
            Tensor rows = outputs.get(layer);
            MemoryState state = recorder.layerStates().get(layer);
            layerMemory.add(
                    state.contains(MemoryTransformerWriter.ROWS)
                            ? state.get(MemoryTransformerWriter.ROWS)
                            : rows.slice(1, 0, trace.leading()));
            layerSequence.add(rows.slice(1, trace.leading(), rows.size(1)));
        }
        int last = outputs.size() - 1;
        return new Run(result.logits(), layerMemory.get(last), layerSequence.get(last), layerMemory, layerSequence);
    }

    /** Values of a segment made from ids, all real tokens. */
    Values values(long[]... ids) {
        return values(null, ids);
    }

    /** Values of a segment made from ids, of which those at true are real. */
    Values values(boolean @Nullable [] valid, long[]... ids) {
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            Run run = run(segment(valid, ids));
            return new Values(
                    run.logits().toDoubles(),
                    run.memory().toDoubles(),
                    run.sequence().toDoubles());
        }
    }

    /** A segment in the caller's scope. */
    Segment segment(boolean @Nullable [] valid, long[]... ids) {
        Tensor tokens = tokens(ids);
        return new Segment(tokens, valid == null ? null : backend.tensor(valid, tokens.shape()), null);
    }

    Tensor tokens(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(ids.length, ids[0].length));
    }

    /** Gradients of a scalar made from a run, by parameter path. */
    Map<String, double[]> gradients(Function<Run, Tensor> scalar, boolean @Nullable [] valid, long[]... ids) {
        try (TensorScope scope = backend.scope()) {
            return gradients(scalar.apply(run(segment(valid, ids))));
        }
    }

    /** Gradients of a scalar, by parameter path. */
    Map<String, double[]> gradients(Tensor scalar) {
        List<String> paths = new ArrayList<>(parameters().keySet());
        List<Tensor> leaves = paths.stream().map(this::value).toList();
        List<Tensor> gradients = backend.gradients(List.of(scalar), leaves, Collections.singletonList(null));
        Map<String, double[]> byPath = new LinkedHashMap<>();
        for (int i = 0; i < paths.size(); i++) {
            byPath.put(paths.get(i), gradients.get(i).toDoubles());
        }
        return byPath;
    }

    /** Logits of a stream fed in pieces of these lengths, (batch, length, vocabulary) joined. */
    double[] streamed(Segment opening, Tensor tokens, int... pieces) {
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient();
                SegmentStream stream = mechanism.controller().stream(
                        opening, mechanism.memory().initialState(opening.batch()), Pass.evaluation())) {
            List<Tensor> logits = new ArrayList<>();
            long from = 0;
            for (int piece : pieces) {
                logits.add(stream.feed(tokens.slice(1, from, from + piece)));
                from += piece;
            }
            mechanism.memory().schema().check(stream.finish(), opening.batch());
            return backend.concat(logits, 1).toDoubles();
        }
    }

    @Override
    public void close() {
        mechanism.close();
    }
}
