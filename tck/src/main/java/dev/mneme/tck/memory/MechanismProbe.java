package dev.mneme.tck.memory;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.stability.Beta;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A mechanism whose insides a test can look at: its parameters and their gradients by path, and what its blocks and its
 * writer saw of the last segment. For what {@link MemoryContract} cannot know, such as stored values or equations of the
 * paper; extend it with what is peculiar to your mechanism.
 *
 * <pre>{@code
 * MechanismContext context = new MechanismContext(new ModuleContext(backend, DType.F64, 5), backbone, task);
 * try (MechanismProbe probe = new MechanismProbe(new MyProvider(), config, context);
 *         TensorScope scope = backend.scope()) {
 *     StepResult result = probe.step(probe.initialState(1), new long[] {3, 1, 4});
 *     double[] gradient = probe.gradients(result.logits().sum()).get("memory.slots");
 * }
 * }</pre>
 *
 * What its methods return is in the caller's scope. Closes the mechanism, not the engine. Not thread-safe.
 */
@Beta
public class MechanismProbe implements AutoCloseable {
    private final TensorBackend backend;
    private final Mechanism mechanism;
    private final RecordingWriter recorder;

    /**
     * Builds the mechanism as it is meant.
     *
     * @param <C> the mechanism's configuration
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) if configuration, backbone and task do not go
     *     together
     */
    public <C extends Record> MechanismProbe(MemoryProvider<C> provider, C config, MechanismContext context) {
        this(provider, config, context, UnaryOperator.identity(), UnaryOperator.identity());
    }

    /**
     * Builds the mechanism with something before its reader and its writer, as {@link dev.mneme.memory.Roles#assemble}
     * does.
     *
     * @param <C> the mechanism's configuration
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) if configuration, backbone and task do not go
     *     together
     */
    public <C extends Record> MechanismProbe(
            MemoryProvider<C> provider,
            C config,
            MechanismContext context,
            UnaryOperator<Reader> beforeReader,
            UnaryOperator<Writer> beforeWriter) {
        backend = context.modules().backend();
        mechanism = provider.roles(config, context)
                .assemble(beforeReader, writer -> new RecordingWriter(beforeWriter.apply(writer)));
        recorder = (RecordingWriter) mechanism.writer();
    }

    /**
     * Moves parameters away from the 0 and 1 at which biases and gains start, where many mistakes do not show: adds
     * {@code factor * sin(length of the path + 1.7 i)} to value i. Two mechanisms that share a part still share its
     * values.
     *
     * @param paths which parameters move
     */
    public static void spreadOut(Map<String, Parameter> parameters, double factor, Predicate<String> paths) {
        parameters.forEach((path, parameter) -> {
            if (paths.test(path)) {
                double[] values = parameter.value().toDoubles();
                for (int i = 0; i < values.length; i++) {
                    values[i] += factor * Math.sin(path.length() + 1.7 * i);
                }
                assign(parameter.value(), values);
            }
        });
    }

    private static void assign(Tensor target, double[] values) {
        TensorBackend backend = target.backend();
        try (TensorScope scope = backend.scope()) {
            target.assign(backend.tensor(values, target.shape(), target.dtype()));
        }
    }

    /** The engine it runs on. */
    public TensorBackend backend() {
        return backend;
    }

    /** What is looked into; its writer is the {@link #recorder()}. */
    public Mechanism mechanism() {
        return mechanism;
    }

    /** What the writer saw of the last segment; stands before the mechanism's own. */
    public RecordingWriter recorder() {
        return recorder;
    }

    /**
     * What the blocks computed of the last segment.
     *
     * @throws NullPointerException if no segment was run
     */
    public SegmentTrace trace() {
        return recorder.trace();
    }

    /** All parameters by path; the first word is the role. */
    public Map<String, Parameter> parameters() {
        return mechanism.parameters();
    }

    /**
     * A parameter's own tensor, not a copy.
     *
     * @throws IllegalArgumentException if there is no such parameter; the message lists those there are
     */
    public Tensor value(String path) {
        Parameter parameter = parameters().get(path);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    "no parameter " + path + "; there is " + parameters().keySet());
        }
        return parameter.value();
    }

    /**
     * Overwrites a parameter.
     *
     * @param values all of them, row-major
     * @throws IllegalArgumentException if there is no such parameter; the message lists those there are
     */
    public void assign(String path, double[] values) {
        assign(value(path), values);
    }

    /** The state of streams that have seen nothing. */
    public MemoryState initialState(long batch) {
        return mechanism.memory().initialState(batch);
    }

    /**
     * Token ids as a tensor.
     *
     * @param ids a row for each stream, all of one length
     * @return (batch, length), I64
     */
    public Tensor tokens(long[]... ids) {
        long[] flat = Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray();
        return backend.tensor(flat, Shape.of(ids.length, ids[0].length));
    }

    /**
     * A segment without a target.
     *
     * @param valid (batch, length) row-major, true = a real token; null when all are
     * @param ids a row for each stream, all of one length
     */
    public Segment segment(boolean @Nullable [] valid, long[]... ids) {
        Tensor tokens = tokens(ids);
        return new Segment(tokens, valid == null ? null : backend.tensor(valid, tokens.shape()), null);
    }

    /** Runs a segment of real tokens, a row of ids for each stream, outside of training. */
    public StepResult step(MemoryState state, long[]... ids) {
        return step(state, Pass.evaluation(), ids);
    }

    /** Runs a segment of real tokens, a row of ids for each stream. */
    public StepResult step(MemoryState state, Pass pass, long[]... ids) {
        return mechanism.controller().step(segment(null, ids), state, pass);
    }

    /**
     * Logits of one stream that is cut into segments of these lengths.
     *
     * @param stream token ids; those beyond the last segment are not run
     * @return for each segment (1, length, vocabulary), row-major
     */
    public double[][] logits(long[] stream, int... lengths) {
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

    /** Logits of the last of these segments, (1, length, vocabulary), row-major. */
    public double[] lastLogits(long[] stream, int... lengths) {
        double[][] all = logits(stream, lengths);
        return all[all.length - 1];
    }

    /**
     * Feeds a segment in pieces, outside of training.
     *
     * @param opening what is there before the first token: a source, or a segment (batch, 0) for a decoder
     * @param tokens (batch, length)
     * @param pieces their lengths
     * @return the pieces' logits joined, (batch, length, vocabulary), the state after them, and no losses
     * @throws dev.mneme.error.MnemeException ({@code SHAPE_MISMATCH}) if the segment outgrows the backbone's longest,
     *     or if the state is not what the memory's schema says
     */
    public StepResult streamed(MemoryState state, Segment opening, Tensor tokens, int... pieces) {
        try (SegmentStream stream = mechanism.controller().stream(opening, state, Pass.evaluation())) {
            List<Tensor> logits = new ArrayList<>();
            long from = 0;
            for (int piece : pieces) {
                logits.add(stream.feed(tokens.slice(1, from, from + piece)));
                from += piece;
            }
            MemoryState next = stream.finish();
            mechanism.memory().schema().check(next, opening.batch());
            return new StepResult(backend.concat(logits, 1), next, Map.of());
        }
    }

    /** A state as it is after it was saved and loaded: the same values, and no graph. */
    public MemoryState restored(MemoryState state) {
        try {
            return SavedState.load(SavedState.save(state), backend);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Gradients of a scalar by parameter path, row-major; zeros where it does not depend on the parameter. */
    public Map<String, double[]> gradients(Tensor scalar) {
        return gradients(List.of(scalar), Collections.singletonList(null), List.of());
    }

    /**
     * Gradients by parameter path, row-major, then those of other tensors under their numbers: {@code "0"}, {@code "1"}.
     *
     * @param cotangents one for each output, of its shape; null for an output of one value
     * @param others what else is asked for: leaves, or results on the way from them
     */
    public Map<String, double[]> gradients(
            List<? extends Tensor> outputs,
            List<? extends @Nullable Tensor> cotangents,
            List<? extends Tensor> others) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        parameters().forEach((path, parameter) -> inputs.put(path, parameter.value()));
        for (int i = 0; i < others.size(); i++) {
            inputs.put(String.valueOf(i), others.get(i));
        }
        List<Tensor> gradients = backend.gradients(outputs, List.copyOf(inputs.values()), cotangents);
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
