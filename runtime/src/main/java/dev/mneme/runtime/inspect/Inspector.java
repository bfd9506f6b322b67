package dev.mneme.runtime.inspect;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.inspect.InspectedSegment.Change;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs one stream through a model segment by segment and looks at its memory. What the model computes is what it computes
 * unseen. Not thread-safe; the model stays the caller's.
 */
public final class Inspector implements AutoCloseable {
    private final Model model;
    private final Task task;
    private MemoryState state;
    private double @Nullable [] prediction;

    /**
     * At the beginning of a stream.
     *
     * @param task the model was made for
     * @throws MnemeException ({@code CONFIG_INVALID}) unless it is a decoder that predicts its own input
     */
    public Inspector(Model model, Task task) {
        if (task.info().form() != Form.DECODER
                || task.info().vocabulary() != task.info().targetVocabulary()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "only a decoder that predicts its own input can be looked at token by token; this model's form is "
                            + task.info().form());
        }
        this.model = model;
        this.task = task;
        try (TensorScope scope = model.backend().scope()) {
            state = model.initialState(1).detach().unscoped();
        }
    }

    /** Tokens of a full segment. */
    public int segmentLength() {
        return task.info().maxLength();
    }

    /**
     * Reads the next segment.
     *
     * @param tokens ids, 1 to {@link #segmentLength()}
     * @throws MnemeException ({@code NUMERIC_NOT_FINITE}) if the model predicts no distribution;
     *     ({@code PLUGIN_MISBEHAVED}) if the mechanism's views do not fit
     */
    public InspectedSegment read(long... tokens) {
        try (GradientMode off = model.backend().noGradient();
                TensorScope scope = model.backend().scope()) {
            Observation.Recorder recorder = new Observation.Recorder();
            SegmentBatch batch =
                    new SegmentBatch(1, tokens.length, tokens, null, 0, null, new long[tokens.length], null);
            StepResult result = model.run(batch, state, Pass.evaluation().observedBy(recorder));
            double[] surprises = surprises(tokens, result.logits());
            List<String> shown = Arrays.stream(tokens)
                    .mapToObj(id -> task.renderInput(new long[] {id}))
                    .toList();
            List<MemoryView> views = views(recorder.observation(shown, state, result.next()));
            InspectedSegment segment = new InspectedSegment(
                    shown, surprises, result.next().bytes(), changes(result.next()), counters(result.next()), views);
            MemoryState next = result.next().detach().unscoped();
            state.close();
            state = next;
            return segment;
        }
    }

    private List<MemoryView> views(Observation observation) {
        try {
            return model.mechanism().memory().views(observation);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "memory '" + model.describe().memory() + "' has a view that does not fit: " + e.getMessage(),
                    e);
        }
    }

    /** Nats of each token; keeps the prediction of the one that comes next. */
    private double[] surprises(long[] tokens, Tensor logits) {
        // In F64, as sessions do it: a small difference of large numbers is left otherwise.
        double[] all = logits.to(DType.F64).logSoftmax(-1).toDoubles();
        int vocabulary = all.length / tokens.length;
        if (!Double.isFinite(Arrays.stream(all).max().orElse(Double.NaN))
                || Arrays.stream(all).anyMatch(Double::isNaN)) {
            throw new MnemeException(
                    ErrorCode.NUMERIC_NOT_FINITE,
                    "the model's prediction is infinite or not a number. Was it trained to the end?");
        }
        double[] surprises = new double[tokens.length];
        surprises[0] = prediction == null ? Double.NaN : -prediction[Math.toIntExact(tokens[0])];
        for (int i = 1; i < tokens.length; i++) {
            surprises[i] = -all[(i - 1) * vocabulary + Math.toIntExact(tokens[i])];
        }
        prediction = Arrays.copyOfRange(all, all.length - vocabulary, all.length);
        return surprises;
    }

    private Map<String, Change> changes(MemoryState next) {
        Map<String, Change> changes = new LinkedHashMap<>();
        next.tensors().forEach((name, tensor) -> {
            if (tensor.dtype().isFloating()) {
                Tensor before = state.get(name);
                Shape shape = tensor.shape();
                double written = before.shape().equals(shape) ? norm(tensor.sub(before)) : Double.NaN;
                changes.put(name, new Change(norm(tensor), written));
            }
        });
        return changes;
    }

    private static double norm(Tensor tensor) {
        return Math.sqrt(
                Arrays.stream(tensor.toDoubles()).map(value -> value * value).sum());
    }

    private static Map<String, Long> counters(MemoryState next) {
        Map<String, Long> counters = new LinkedHashMap<>();
        next.tensors().forEach((name, tensor) -> {
            if (tensor.dtype() == DType.I64) {
                counters.put(name, Arrays.stream(tensor.toLongs()).sum());
            }
        });
        return counters;
    }

    /** Closes the state. */
    @Override
    public void close() {
        state.close();
    }
}
