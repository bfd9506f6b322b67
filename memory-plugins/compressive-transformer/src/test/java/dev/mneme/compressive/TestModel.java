package dev.mneme.compressive;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.backbone.RelativeBlock;
import dev.mneme.backbone.RelativeController;
import dev.mneme.config.Settings;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.RecordingWriter;
import dev.mneme.tensor.DType;
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

/** A mechanism in F64. Results are in the caller's scope. */
final class TestModel implements AutoCloseable {
    static final int VOCABULARY = 16;

    private final TensorBackend backend;
    private final RecordingWriter recorder;
    private final Mechanism mechanism;

    private TestModel(CompressiveTransformerConfig config, MechanismContext context) {
        backend = context.modules().backend();
        mechanism = new CompressiveTransformerProvider()
                .roles(config, context)
                .assemble(reader -> reader, RecordingWriter::new);
        recorder = (RecordingWriter) mechanism.writer();
    }

    static TaskInfo task(int longest) {
        return new TaskInfo(Form.DECODER, VOCABULARY, VOCABULARY, longest, 0, -1, -1, Double.NaN, Double.NaN);
    }

    /** Two narrow post-norm blocks with these settings on top. */
    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of(
                "dim", 8, "heads", 2, "feed_forward", 12, "norm", "post", "activation", "relu", "head_bias", true));
        all.putAll(Map.of("scale_embeddings", true, "embedding_std", 0.4));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    static CompressiveTransformerConfig memory(Map<String, ?> settings) {
        return Settings.bind("memory", CompressiveTransformerConfig.class, settings);
    }

    /** Segments of up to 12 tokens. */
    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model) {
        return create(backend, memory(memory), backbone(model), task(12));
    }

    static TestModel create(
            TensorBackend backend, CompressiveTransformerConfig config, BackboneConfig backbone, TaskInfo task) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, 5), backbone, task);
        TestModel model = new TestModel(config, context);
        model.parameters().forEach((path, parameter) -> model.spreadOut(path));
        return model;
    }

    /** Biases and gains start at 0 and 1, and u and v near 0, where many mistakes do not show. */
    private void spreadOut(String path) {
        if (path.endsWith("bias") || path.endsWith("gain") || path.contains("relative")) {
            double[] values = value(path).toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] += 0.4 * Math.sin(path.length() + 1.7 * i);
            }
            assign(path, values);
        }
    }

    TensorBackend backend() {
        return backend;
    }

    /** Losses of the last segment that was run in training, one a layer. */
    List<Tensor> layerLosses() {
        List<Tensor> losses = new ArrayList<>();
        ((CompressiveWriter) recorder.actual()).write(recorder.trace(), recorder.state(), recorder.pass(), losses);
        return losses;
    }

    List<RelativeBlock> blocks() {
        return ((RelativeController) mechanism.controller()).blocks();
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
        Tensor value = value(path);
        try (TensorScope scope = backend.scope()) {
            value.assign(backend.tensor(values, value.shape(), DType.F64));
        }
    }

    /** After the last block of the last step, (batch, length, dim). */
    Tensor lastOutput() {
        return recorder.trace().output();
    }

    MemoryState initialState(long batch) {
        return mechanism.memory().initialState(batch);
    }

    Segment segment(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return new Segment(backend.tensor(flat, Shape.of(ids.length, ids[0].length)), null, null);
    }

    StepResult step(MemoryState state, long[]... ids) {
        return step(state, Pass.evaluation(), ids);
    }

    StepResult step(MemoryState state, Pass pass, long[]... ids) {
        return mechanism.controller().step(segment(ids), state, pass);
    }

    /** Logits of the last segment of one stream that is cut into segments of these lengths. */
    double[] lastLogits(long[] stream, int... lengths) {
        double[][] all = logits(stream, lengths);
        return all[all.length - 1];
    }

    /** Logits of each segment of one stream that is cut into segments of these lengths. */
    double[][] logits(long[] stream, int... lengths) {
        double[][] all = new double[lengths.length][];
        try (TensorScope scope = backend.scope()) {
            MemoryState state = initialState(1);
            int from = 0;
            for (int i = 0; i < lengths.length; i++) {
                StepResult result = step(state, Arrays.copyOfRange(stream, from, from + lengths[i]));
                all[i] = result.logits().toDoubles();
                state = result.next();
                from += lengths[i];
            }
        }
        return all;
    }

    /** The newest rows of a layer's memory of one stream, (rows, dim). */
    static double[] newest(MemoryState state, int layer, int rows) {
        Tensor memory = state.get(CompressiveMemory.rows(layer));
        return memory.slice(0, 0, 1)
                .slice(1, memory.size(1) - rows, memory.size(1))
                .toDoubles();
    }

    /** Gradients of a scalar, by parameter path. */
    Map<String, double[]> gradients(Tensor scalar) {
        List<String> paths = List.copyOf(parameters().keySet());
        List<Tensor> leaves = paths.stream().map(this::value).toList();
        List<Tensor> gradients = backend.gradients(List.of(scalar), leaves, Collections.singletonList(null));
        Map<String, double[]> byPath = new LinkedHashMap<>();
        for (int i = 0; i < paths.size(); i++) {
            byPath.put(paths.get(i), gradients.get(i).toDoubles());
        }
        return byPath;
    }

    @Override
    public void close() {
        mechanism.close();
    }
}
