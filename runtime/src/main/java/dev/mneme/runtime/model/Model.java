package dev.mneme.runtime.model;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A mechanism with its parameters on an engine. Thread-safe as long as nobody trains it. */
public final class Model implements AutoCloseable {
    private final Mechanism mechanism;
    private final ModelDescription description;
    private final TensorBackend backend;
    private final TokenIds tokenIds;
    private final Map<String, Parameter> parameters;
    private final StateSchema schema;

    /** Takes over the mechanism. */
    Model(Mechanism mechanism, ModelDescription description, TensorBackend backend) {
        this.mechanism = mechanism;
        this.description = description;
        this.backend = backend;
        this.tokenIds = new TokenIds(description.task());
        this.parameters = Collections.unmodifiableMap(mechanism.parameters());
        this.schema = mechanism.memory().schema();
        checkParameters();
    }

    public Mechanism mechanism() {
        return mechanism;
    }

    /** All parameters by path, in a fixed order. */
    public Map<String, Parameter> parameters() {
        return parameters;
    }

    public TensorBackend backend() {
        return backend;
    }

    /** What it takes to build this model again. */
    public ModelDescription describe() {
        return description;
    }

    /**
     * The state before the first segment of new streams.
     *
     * @return in the caller's scope
     * @throws MnemeException ({@code PLUGIN_MISBEHAVED}) if it does not fit the mechanism's schema
     */
    public MemoryState initialState(long batch) {
        MemoryState initial = mechanism.memory().initialState(batch);
        schema.check(initial, batch);
        return initial;
    }

    /**
     * Runs one segment of a batch. Rows that start anew take the initial state, which is differentiated like everything
     * else here.
     *
     * @param previous state after the segment before; null at the start of all streams
     * @return in the caller's scope; whatever else was computed is closed, or kept by the graph alone
     * @throws MnemeException ({@code CONFIG_INVALID}) for an id outside of the vocabulary; ({@code PLUGIN_MISBEHAVED}) if
     *     the next state does not fit the mechanism's schema
     */
    public StepResult run(SegmentBatch batch, @Nullable MemoryState previous, Pass pass) {
        try (TensorScope scope = backend.scope()) {
            MemoryState state = enter(batch, previous);
            StepResult result = settled(mechanism.controller().step(upload(batch), state, pass));
            schema.check(result.next(), batch.rows());
            scope.keep(result.logits());
            result.losses().values().forEach(scope::keep);
            result.next().tensors().values().forEach(scope::keep);
            return result;
        }
    }

    /**
     * The memory path of {@link #run} alone, for segments whose logits nobody asks for.
     *
     * @param previous state after the segment before; null at the start of all streams
     * @return next state and auxiliary losses, in the caller's scope
     * @throws MnemeException ({@code PLUGIN_MISBEHAVED}) if the next state does not fit the mechanism's schema
     */
    public Written advance(SegmentBatch batch, @Nullable MemoryState previous, Pass pass) {
        try (TensorScope scope = backend.scope()) {
            MemoryState state = enter(batch, previous);
            Written advanced = mechanism.controller().advance(upload(batch), state, pass);
            Written written = new Written(settled(advanced.next()), settled(advanced.losses()));
            schema.check(written.next(), batch.rows());
            written.losses().values().forEach(scope::keep);
            written.next().tensors().values().forEach(scope::keep);
            return written;
        }
    }

    /**
     * Opens a segment to be fed piece by piece: for a decoder an empty one, for an encoder-decoder the batch's source.
     *
     * @param previous state after the segment before, open as long as the stream; null at the start of all streams
     * @return the caller closes it, before the scope it was opened in
     */
    public SegmentStream stream(SegmentBatch batch, @Nullable MemoryState previous, Pass pass) {
        return mechanism.controller().stream(upload(batch), enter(batch, previous), pass);
    }

    /**
     * Ends a segment of streams of one row.
     *
     * @return the state after it, in the caller's scope
     * @throws MnemeException ({@code PLUGIN_MISBEHAVED}) if it does not fit the mechanism's schema
     */
    public MemoryState finish(SegmentStream stream) {
        MemoryState next = settled(stream.finish());
        schema.check(next, 1);
        return next;
    }

    private StepResult settled(StepResult result) {
        return new StepResult(settled(result.logits()), settled(result.next()), settled(result.losses()));
    }

    private MemoryState settled(MemoryState state) {
        return backend.precision() == Precision.BF16 ? MemoryState.of(settled(state.tensors())) : state;
    }

    private Map<String, Tensor> settled(Map<String, Tensor> tensors) {
        if (backend.precision() != Precision.BF16) {
            return tensors;
        }
        Map<String, Tensor> result = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> result.put(name, settled(tensor)));
        return result;
    }

    /**
     * What leaves a step holds all digits of its type. A state that stayed narrow from segment to segment would lose what
     * is added to it little by little, and the schemes of back-propagation, which cut the graph in different places, would
     * no longer agree.
     */
    private Tensor settled(Tensor tensor) {
        return backend.precision() == Precision.BF16 && tensor.dtype() == DType.F32 ? tensor.to(DType.F32) : tensor;
    }

    /**
     * Ids for {@link SegmentStream#feed}, row-major.
     *
     * @param ids of the target vocabulary for an encoder-decoder
     * @param rows batch size B
     * @return (B, L)
     * @throws MnemeException ({@code CONFIG_INVALID}) for an id outside of the vocabulary
     */
    public Tensor tokens(long[] ids, int rows) {
        tokenIds.checkFed(ids);
        return backend.tensor(ids, Shape.of(rows, ids.length / rows));
    }

    /**
     * The labels of a segment, {@link SegmentBatch#IGNORED} included, row-major.
     *
     * @return (B L), for an encoder-decoder (B T)
     * @throws MnemeException ({@code CONFIG_INVALID}) for a label outside of the target vocabulary
     */
    public Tensor labels(SegmentBatch batch) {
        tokenIds.checkLabels(batch.labels());
        return backend.tensor(batch.labels(), Shape.of(batch.labels().length));
    }

    private Segment upload(SegmentBatch batch) {
        tokenIds.check(batch);
        Shape shape = Shape.of(batch.rows(), batch.length());
        return new Segment(
                backend.tensor(batch.tokens(), shape),
                batch.valid() == null ? null : backend.tensor(batch.valid(), shape),
                batch.decoderTokens() == null
                        ? null
                        : backend.tensor(batch.decoderTokens(), Shape.of(batch.rows(), batch.decoderLength())));
    }

    /** Closes all parameters. */
    @Override
    public void close() {
        mechanism.close();
    }

    private MemoryState enter(SegmentBatch batch, @Nullable MemoryState previous) {
        boolean[] reset = batch.reset();
        int starting = reset == null ? 0 : count(reset);
        if (previous == null || starting == batch.rows()) {
            return initialState(batch.rows());
        }
        if (reset == null || starting == 0 || previous.isEmpty()) {
            return previous;
        }
        return previous.reset(backend.tensor(reset, Shape.of(batch.rows())), initialState(batch.rows()));
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    private void checkParameters() {
        Map<Tensor, String> seen = new IdentityHashMap<>();
        parameters.forEach((path, parameter) -> {
            Tensor value = parameter.value();
            String earlier = seen.put(value, path);
            if (earlier != null) {
                throw misbehaved("lists one parameter twice, as " + earlier + " and " + path
                        + "; only the role that owns it may list it");
            }
            if (value.dtype() != description.dtype()) {
                throw misbehaved(
                        "made parameter " + path + " as " + value.dtype() + ", asked for " + description.dtype());
            }
            if (!value.requiresGradient()) {
                throw misbehaved(
                        "made parameter " + path + Arrays.toString(value.shape().toArray())
                                + " that no gradient can reach; make it with Tensor.variable()");
            }
        });
        if (parameters.isEmpty()) {
            throw misbehaved("has no parameters; its controller must list those of the backbone");
        }
    }

    private MnemeException misbehaved(String fault) {
        return new MnemeException(ErrorCode.PLUGIN_MISBEHAVED, "memory '" + description.memory() + "' " + fault);
    }
}
