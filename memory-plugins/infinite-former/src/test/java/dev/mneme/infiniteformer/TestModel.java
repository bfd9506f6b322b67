package dev.mneme.infiniteformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tck.memory.MechanismProbe;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The mechanism in a narrow backbone, F64, with a window into its reads. */
final class TestModel extends MechanismProbe {
    /** Of all first values. */
    static final long SEED = 5;

    private final Reads reads;

    private TestModel(InfiniteFormerConfig config, MechanismContext context, Reads reads) {
        super(new InfiniteFormerProvider(), config, context, reads::beforeReader, reads::beforeWriter);
        this.reads = reads;
    }

    /** How the first block read in the last segment. */
    private static final class Reads {
        @Nullable InfiniteFormerReader reader;

        @Nullable TransformerBlock block;

        @Nullable Tensor read;

        Reader beforeReader(Reader actual) {
            reader = (InfiniteFormerReader) actual;
            return new ForwardingReader(actual) {
                @Override
                public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                    Reading reading = super.read(request, state, pass);
                    if (request.layer() == 0 && reading instanceof Reading.Residual residual) {
                        read = residual.value();
                    }
                    return reading;
                }
            };
        }

        Writer beforeWriter(Writer actual) {
            return new ForwardingWriter(actual) {
                @Override
                public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
                    if (input.layer() == 0) {
                        block = input.block();
                        read = null;
                    }
                    return super.writeLayer(input, state, pass);
                }
            };
        }
    }

    static TaskInfo task(Form form, int vocabulary, int longest) {
        int targets = form == Form.ENCODER_DECODER ? longest : 0;
        return new TaskInfo(
                form, vocabulary, vocabulary, longest, targets, targets > 0 ? 0 : -1, -1, Double.NaN, Double.NaN);
    }

    /** A decoder of 7 symbols and segments of up to 6 tokens. */
    static TestModel create(TensorBackend backend, Map<String, ?> memory, Map<String, ?> model) {
        return create(backend, memory(memory), backbone(model), task(Form.DECODER, 7, 6));
    }

    static TestModel create(
            TensorBackend backend, InfiniteFormerConfig config, BackboneConfig backbone, TaskInfo task) {
        MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, SEED), backbone, task);
        return new TestModel(config, context, new Reads());
    }

    static InfiniteFormerConfig memory(Map<String, ?> settings) {
        Map<String, Object> all =
                new LinkedHashMap<>(Map.of("basis", 8, "widths", "0.05,0.15", "samples", 8, "contraction", 0.5));
        all.putAll(settings);
        return Settings.bind("memory", InfiniteFormerConfig.class, all);
    }

    /** The xl form where asked for, else the standard one: with positions as it needs them. */
    static Map<String, Object> form(String backbone) {
        return Map.of(
                "norm",
                backbone.equals("xl") ? "post" : "pre",
                "positions",
                backbone.equals("xl") ? "none" : "learned");
    }

    static BackboneConfig backbone(Map<String, ?> settings) {
        Map<String, Object> all = new LinkedHashMap<>(Map.of("dim", 8, "heads", 2, "feed_forward", 12));
        all.putAll(Map.of("embedding_std", 0.7, "position_std", 0.7));
        all.putAll(settings);
        return Settings.bind("model", BackboneConfig.class, all);
    }

    void fill(String path, double constant) {
        try (TensorScope scope = backend().scope()) {
            Tensor value = value(path);
            value.assign(backend().full(value.shape(), constant, DType.F64));
        }
    }

    StepResult step(Tensor tokens, MemoryState state) {
        return step(tokens, null, state, Pass.evaluation());
    }

    StepResult step(Tensor tokens, @Nullable Tensor valid, MemoryState state, Pass pass) {
        return mechanism().controller().step(new Segment(tokens, valid, null), state, pass);
    }

    /** The first block's signal of the last segment, with its gradient. */
    Tensor signal() {
        return recorder().layerStates().get(0).get(InfiniteFormerMemory.signal(0));
    }

    /** What the first block of the last segment added to its attention, or null. */
    @Nullable Tensor read() {
        return reads.read;
    }

    /** Where the first block's queries looked in the last segment. */
    Densities densities() {
        InfiniteFormerReader reader = Objects.requireNonNull(reads.reader);
        TransformerBlock block = Objects.requireNonNull(reads.block);
        return reader.densitiesOver(0, block, trace().layerInputs().get(0), signal());
    }

    /** The regulariser of each of them, (batch, heads, length). */
    Tensor divergence() {
        return Objects.requireNonNull(reads.reader).divergence(densities());
    }
}
