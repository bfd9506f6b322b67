package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mechanism in F64 whose insides can be looked at. */
final class TestModel implements AutoCloseable {
    /**
     * What one segment gives.
     *
     * @param logits of the model
     * @param hidden tokens after the last block and the final norm
     * @param source what a decoder would see
     * @param slots after the segment
     */
    record Step(Tensor logits, Tensor hidden, Tensor source, MemoryState slots) {
        Tensor memory() {
            return slots.get(MemformerMemory.SLOTS);
        }
    }

    static final int DIM = 8;
    static final int SLOTS = 3;
    static final int CLASSES = 7;
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
        return task(form, CLASSES, 8);
    }

    static TaskInfo task(Form form, int vocabulary, int length) {
        boolean targets = form == Form.ENCODER_DECODER;
        return new TaskInfo(
                form,
                vocabulary,
                vocabulary,
                length,
                targets ? length : 0,
                targets ? 0 : -1,
                -1,
                Double.NaN,
                Double.NaN);
    }

    /** Two narrow blocks with these settings on top. */
    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(
                Map.of("dim", DIM, "heads", 2, "feed_forward", 12, "embedding_std", 0.7, "position_std", 0.7));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    static MemformerConfig memory(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("slots", SLOTS));
        all.putAll(settings);
        return Settings.bind("memory", MemformerConfig.class, all);
    }

    /** A variant on the backbone it is made for. */
    static TestModel create(TensorBackend backend, String variant, Form form) {
        Map<String, ?> model = switch (variant) {
            case "gru" -> Map.of("projection_bias", true, "output_bias", true);
            case "membart" ->
                Map.of("projection_bias", true, "output_bias", true, "norm", "post", "embedding_norm", true);
            default -> Map.of();
        };
        return create(backend, Map.of("variant", variant), model, form);
    }

    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model, Form form) {
        TestModel created = create(backend, memory(memory), backbone(model), task(form));
        spreadOut(created.parameters());
        return created;
    }

    static TestModel create(TensorBackend backend, MemformerConfig config, BackboneConfig backbone, TaskInfo task) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, SEED), backbone, task);
        Mechanism mechanism =
                new MemformerProvider().roles(config, context).assemble(reader -> reader, RecordingWriter::new);
        return new TestModel(backend, mechanism, (RecordingWriter) mechanism.writer());
    }

    /** Biases and gains start at 0 and 1, where many mistakes do not show. */
    static void spreadOut(Map<String, Parameter> parameters) {
        parameters.forEach((path, parameter) -> {
            if (path.matches(".*[.](bias|gain)")) {
                Tensor value = parameter.value();
                double[] values = value.toDoubles();
                for (int i = 0; i < values.length; i++) {
                    values[i] += 0.3 * Math.sin(path.length() + 1.7 * i);
                }
                assign(parameter, values);
            }
        });
    }

    static void assign(Parameter parameter, double[] values) {
        Tensor value = parameter.value();
        try (TensorScope scope = value.backend().scope()) {
            value.assign(value.backend().tensor(values, value.shape(), value.dtype()));
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
        value(path);
        assign(parameters().get(path), values);
    }

    /** The writer of bmn and gru. */
    MemformerWriter writer() {
        return (MemformerWriter) recorder.actual();
    }

    MemoryState initial(long batch) {
        return mechanism.memory().initialState(batch);
    }

    /** Slots with these values. */
    MemoryState state(double[] slots) {
        Shape row = mechanism.memory().schema().entries().get(0).bound();
        Shape shape = row.inserting(0, slots.length / row.elements());
        return MemoryState.of(Map.of(MemformerMemory.SLOTS, backend.tensor(slots, shape, DType.F64)));
    }

    /** Runs a segment in the caller's scope. */
    Step step(Segment segment, MemoryState state) {
        return step(segment, state, Pass.evaluation());
    }

    Step step(Segment segment, MemoryState state, Pass pass) {
        StepResult result = mechanism.controller().step(segment, state, pass);
        return new Step(
                result.logits(),
                recorder.trace().tokenOutput(),
                mechanism.reader().encoderOutput(recorder.trace().output(), recorder.state()),
                result.next());
    }

    /** A segment in the caller's scope; an encoder-decoder's target is the source. */
    Segment segment(Form form, boolean @Nullable [] valid, long[]... ids) {
        Tensor tokens = tokens(ids);
        return new Segment(
                tokens,
                valid == null ? null : backend.tensor(valid, tokens.shape()),
                form == Form.ENCODER_DECODER ? tokens : null);
    }

    Tensor tokens(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(ids.length, ids[0].length));
    }

    /** Gradients by parameter path, then those of {@code others} under their numbers. */
    Map<String, double[]> gradients(List<Tensor> outputs, List<@Nullable Tensor> cotangents, List<Tensor> others) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        parameters().forEach((path, parameter) -> inputs.put(path, parameter.value()));
        for (int i = 0; i < others.size(); i++) {
            inputs.put(String.valueOf(i), others.get(i));
        }
        List<Tensor> gradients = backend.gradients(outputs, new ArrayList<>(inputs.values()), cotangents);
        Map<String, double[]> byPath = new LinkedHashMap<>();
        for (String path : inputs.keySet()) {
            byPath.put(path, gradients.get(byPath.size()).toDoubles());
        }
        return byPath;
    }

    @Override
    public void close() {
        mechanism.close();
    }
}
