package dev.mneme.memformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.MechanismProbe;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The mechanism in F64. */
final class TestModel extends MechanismProbe {
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

    private TestModel(MemformerConfig config, MechanismContext context) {
        super(new MemformerProvider(), config, context);
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
        return new TestModel(config, context);
    }

    static void spreadOut(Map<String, Parameter> parameters) {
        spreadOut(parameters, 0.3, path -> path.matches(".*[.](bias|gain)"));
    }

    /** The writer of bmn and gru. */
    MemformerWriter writer() {
        return (MemformerWriter) recorder().actual();
    }

    /** Slots with these values. */
    MemoryState state(double[] slots) {
        Shape row = mechanism().memory().schema().entries().get(0).bound();
        Shape shape = row.inserting(0, slots.length / row.elements());
        return MemoryState.of(Map.of(MemformerMemory.SLOTS, backend().tensor(slots, shape, DType.F64)));
    }

    /** Runs a segment in the caller's scope. */
    Step step(Segment segment, MemoryState state) {
        return step(segment, state, Pass.evaluation());
    }

    Step step(Segment segment, MemoryState state, Pass pass) {
        StepResult result = mechanism().controller().step(segment, state, pass);
        return new Step(
                result.logits(),
                trace().tokenOutput(),
                mechanism().reader().encoderOutput(trace().output(), recorder().state()),
                result.next());
    }

    /** A segment in the caller's scope; an encoder-decoder's target is the source. */
    Segment segment(Form form, boolean @Nullable [] valid, long[]... ids) {
        Segment source = segment(valid, ids);
        return form == Form.ENCODER_DECODER ? new Segment(source.tokens(), source.valid(), source.tokens()) : source;
    }
}
