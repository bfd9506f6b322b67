package dev.mneme.infiniteformer;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.nn.TransformerBlock;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The mechanism in a narrow backbone, F64, with windows into its reads and writes. */
final class TestModel implements AutoCloseable {
    /** Of all first values. */
    static final long SEED = 5;

    private final TensorBackend backend;
    private final InfiniteFormerConfig config;
    private final Mechanism mechanism;
    private final Recorder recorder;

    private TestModel(TensorBackend backend, InfiniteFormerConfig config, Mechanism mechanism, Recorder recorder) {
        this.backend = backend;
        this.config = config;
        this.mechanism = mechanism;
        this.recorder = recorder;
    }

    /** What the roles did in the last segment. */
    private static final class Recorder {
        @Nullable InfiniteFormerReader reader;

        @Nullable TransformerBlock block;

        @Nullable SegmentTrace trace;

        @Nullable Tensor read;

        final List<MemoryState> layerStates = new ArrayList<>();

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
                        layerStates.clear();
                        block = input.block();
                        read = null;
                    }
                    MemoryState written = super.writeLayer(input, state, pass);
                    layerStates.add(written);
                    return written;
                }

                @Override
                public Written write(SegmentTrace segment, MemoryState state, Pass pass) {
                    trace = segment;
                    return super.write(segment, state, pass);
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
        Recorder recorder = new Recorder();
        Mechanism mechanism = new InfiniteFormerProvider()
                .roles(config, context)
                .assemble(recorder::beforeReader, recorder::beforeWriter);
        return new TestModel(backend, config, mechanism, recorder);
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

    TensorBackend backend() {
        return backend;
    }

    Mechanism mechanism() {
        return mechanism;
    }

    InfiniteFormerConfig config() {
        return config;
    }

    Map<String, Parameter> parameters() {
        return mechanism.parameters();
    }

    Tensor value(String path) {
        return Objects.requireNonNull(parameters().get(path), path).value();
    }

    void fill(String path, double constant) {
        try (TensorScope scope = backend.scope()) {
            Tensor value = value(path);
            value.assign(backend.full(value.shape(), constant, DType.F64));
        }
    }

    MemoryState start(long batch) {
        return mechanism.memory().initialState(batch);
    }

    StepResult step(Tensor tokens, MemoryState state) {
        return step(tokens, null, state, Pass.evaluation());
    }

    StepResult step(Tensor tokens, @Nullable Tensor valid, MemoryState state, Pass pass) {
        return mechanism.controller().step(new Segment(tokens, valid, null), state, pass);
    }

    /** Row-major ids, (rows, ids of a row). */
    Tensor tokens(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(ids.length, ids[0].length));
    }

    /** What the blocks computed in the last segment. */
    SegmentTrace trace() {
        return Objects.requireNonNull(recorder.trace);
    }

    /** The first block's signal of the last segment, with its gradient. */
    Tensor signal() {
        return recorder.layerStates.get(0).get(InfiniteFormerMemory.signal(0));
    }

    /** What the first block of the last segment added to its attention, or null. */
    @Nullable Tensor read() {
        return recorder.read;
    }

    /** Where the first block's queries looked in the last segment. */
    Densities densities() {
        InfiniteFormerReader reader = Objects.requireNonNull(recorder.reader);
        TransformerBlock block = Objects.requireNonNull(recorder.block);
        return reader.densitiesOver(0, block, trace().layerInputs().get(0), signal());
    }

    /** The regulariser of each of them, (batch, heads, length). */
    Tensor divergence() {
        return Objects.requireNonNull(recorder.reader).divergence(densities());
    }

    /** Gradients of a scalar by parameter path. */
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

    @Override
    public void close() {
        mechanism.close();
    }
}
