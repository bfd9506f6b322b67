package dev.mneme.memorytransformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
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
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The mechanism in F64. */
final class TestModel extends MechanismProbe {
    /** What one segment gives: logits, final memory rows, final token rows, and both after each block. */
    record Run(Tensor logits, Tensor memory, Tensor sequence, List<Tensor> layerMemory, List<Tensor> layerSequence) {}

    /** The same on the host. */
    record Values(double[] logits, double[] memory, double[] sequence) {}

    /** Of all first values. */
    static final long SEED = 5;

    private TestModel(
            MemoryTransformerConfig config,
            MechanismContext context,
            UnaryOperator<Reader> reader,
            UnaryOperator<Writer> writer) {
        super(new MemoryTransformerProvider(), config, context, reader, writer);
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
        TestModel model = new TestModel(config, context, reader, writer);
        spreadOut(model.parameters());
        return model;
    }

    static void spreadOut(Map<String, Parameter> parameters) {
        spreadOut(parameters, 0.3, path -> path.endsWith("bias") || path.endsWith("gain"));
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

    /** Runs a segment in the caller's scope. */
    Run run(Segment segment) {
        StepResult result = mechanism().controller().step(segment, initialState(segment.batch()), Pass.evaluation());
        SegmentTrace trace = trace();
        List<Tensor> outputs = new ArrayList<>(
                trace.layerInputs().subList(1, trace.layerInputs().size()));
        outputs.add(trace.output());
        List<Tensor> layerMemory = new ArrayList<>();
        List<Tensor> layerSequence = new ArrayList<>();
        for (int layer = 0; layer < outputs.size(); layer++) {
            Tensor rows = outputs.get(layer);
            MemoryState state = recorder().layerStates().get(layer);
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
        try (TensorScope scope = backend().scope();
                GradientMode off = backend().noGradient()) {
            Run run = run(segment(valid, ids));
            return new Values(
                    run.logits().toDoubles(),
                    run.memory().toDoubles(),
                    run.sequence().toDoubles());
        }
    }

    /** Gradients of a scalar made from a run, by parameter path. */
    Map<String, double[]> gradients(Function<Run, Tensor> scalar, boolean @Nullable [] valid, long[]... ids) {
        try (TensorScope scope = backend().scope()) {
            return gradients(scalar.apply(run(segment(valid, ids))));
        }
    }

    /** Logits of a stream fed in pieces of these lengths, (batch, length, vocabulary) joined. */
    double[] streamed(Segment opening, Tensor tokens, int... pieces) {
        try (TensorScope scope = backend().scope();
                GradientMode off = backend().noGradient()) {
            return streamed(initialState(opening.batch()), opening, tokens, pieces)
                    .logits()
                    .toDoubles();
        }
    }
}
