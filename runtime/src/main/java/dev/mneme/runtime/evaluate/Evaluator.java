package dev.mneme.runtime.evaluate;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.generate.Generator;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a split of a task through a model, without dropout and without gradients. */
public final class Evaluator {
    private final Model model;
    private final Task task;
    private final int rows;

    /**
     * Makes an evaluator.
     *
     * @param rows batch size; changes nothing but the speed, except that streams of text are cut into this many
     */
    public Evaluator(Model model, Task task, int rows) {
        this.model = model;
        this.task = task;
        this.rows = rows;
        if (task.scoresGenerated() && task.info().form() != Form.ENCODER_DECODER) {
            throw new MnemeException(
                    ErrorCode.PLUGIN_MISBEHAVED,
                    "the task scores generated targets, which only an encoder-decoder has; its form is "
                            + task.info().form());
        }
    }

    /**
     * Makes sure that a split can be evaluated, before hours are spent on training.
     *
     * @throws MnemeException ({@code DATA_UNREADABLE}) if it has no window
     */
    public void requireWindows(Split split) {
        if (task.windows(split, rows, 0).size() == 0) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "the " + split + " split has no window of " + rows
                            + " rows. Use more data, a smaller train.batch or fewer train.segments");
        }
    }

    /**
     * Evaluates the first windows of a split.
     *
     * @param windows how many; 0 = all
     * @throws MnemeException ({@code DATA_UNREADABLE}) if they hold no scored label
     */
    public Metrics evaluate(Split split, long windows) {
        WindowSource source = task.windows(split, rows, 0);
        long count = windows == 0 ? source.size() : Math.min(windows, source.size());
        LabelCounts counts = new LabelCounts();
        Generated generated = new Generated();
        try (GradientMode off = model.backend().noGradient();
                Carried carried = new Carried()) {
            for (long position = 0; position < count; position++) {
                run(source.window(position), carried, counts, generated);
            }
        }
        if (counts.labels() == 0) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "the " + split + " split has no scored label in its first " + count + " windows of " + rows
                            + " rows. Use more data or a smaller train.batch");
        }
        Map<String, Double> values = counts.values(task.info());
        values.putAll(generated.score());
        return new Metrics(values);
    }

    private void run(Window window, Carried carried, LabelCounts counts, Generated generated) {
        try (TensorScope scope = model.backend().scope()) {
            MemoryState state = window.carriesState() ? carried.state : null;
            counts.beginSequences(window.segments().get(0).rows());
            for (SegmentBatch batch : window.segments()) {
                if (task.scoresGenerated()) {
                    generated.add(batch, state);
                }
                state = run(batch, state, counts);
            }
            if (!window.carriesState()) {
                counts.endSequences();
            }
            MemoryState next =
                    window.carriesState() && state != null ? state.detach().unscoped() : null;
            carried.close();
            carried.state = next;
        }
    }

    private MemoryState run(SegmentBatch batch, @Nullable MemoryState state, LabelCounts counts) {
        TensorBackend backend = model.backend();
        if (Arrays.stream(batch.labels()).noneMatch(label -> label >= 0)) {
            return model.advance(batch, state, Pass.evaluation()).next();
        }
        try (TensorScope scope = backend.scope()) {
            StepResult result = model.run(batch, state, Pass.evaluation());
            result.next().tensors().values().forEach(scope::keep);
            int labels = batch.labels().length;
            Tensor logits = result.logits().reshape(labels, result.logits().size(-1));
            double loss = logits.crossEntropy(model.labels(batch), 0).item();
            counts.add(batch, loss, logits.argmax(-1, false).toLongs());
            return result.next();
        }
    }

    /** The state that goes on into the next window. */
    private static final class Carried implements AutoCloseable {
        private @Nullable MemoryState state;

        @Override
        public void close() {
            if (state != null) {
                state.close();
            }
        }
    }

    /** Greedy targets beside the true ones. */
    private final class Generated {
        private final Generator generator = new Generator(model);
        private final List<long[]> hypotheses = new ArrayList<>();
        private final List<long[]> references = new ArrayList<>();

        void add(SegmentBatch batch, @Nullable MemoryState previous) {
            hypotheses.addAll(generator.targets(
                    batch, previous, Decoding.greedy(task.info().maxTargetLength())));
            for (int row = 0; row < batch.rows(); row++) {
                references.add(reference(batch, row));
            }
        }

        private long[] reference(SegmentBatch batch, int row) {
            int length = batch.decoderLength();
            return Arrays.stream(batch.labels(), row * length, (row + 1) * length)
                    .filter(label -> label >= 0 && label != task.info().endToken())
                    .toArray();
        }

        Map<String, Double> score() {
            return hypotheses.isEmpty() ? Map.of() : task.scoreGenerated(hypotheses, references);
        }
    }
}
