package dev.mneme.cli.inspect;

import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.Sample;
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
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Looks at what a model does with the first test window of a task. */
public final class Specimen {
    private static final int PROMPT = 64;
    private static final int CONTINUATION = 160;

    private final Model model;
    private final Task task;
    private final Window window;

    /** Takes the first test window of this many rows. */
    public Specimen(Model model, Task task, int rows) {
        this.model = model;
        this.task = task;
        this.window = task.windows(Split.TEST, rows, 0).window(0);
    }

    /** Whether the task is text that the model goes on with. */
    private boolean isLanguageModel() {
        return task.info().form() == Form.DECODER && !Double.isNaN(task.info().bytesPerLabel());
    }

    /** What the model makes of the rows, beside what was asked for. */
    public List<Sample> samples() {
        List<Sample> samples = new ArrayList<>();
        int rows = window.segments().get(0).rows();
        for (int row = 0; row < rows; row++) {
            samples.add(isLanguageModel() ? continuation(row) : answer(row));
        }
        return samples;
    }

    private Sample continuation(int row) {
        long[] tokens = window.segments().get(0).streams(row, row + 1).tokens();
        long[] prompt = Arrays.copyOf(tokens, Math.min(PROMPT, tokens.length));
        long[] written =
                new Generator(model).continuation(prompt, new Decoding(CONTINUATION, 0.8, 40, 1, row), token -> {});
        return new Sample(task.renderInput(prompt), List.of(), List.of(task.renderTarget(written)), false);
    }

    /** Teacher-forced predictions at the scored positions of all segments; generated ones where the task scores those. */
    private Sample answer(int row) {
        List<SegmentBatch> segments = window.streams(row, row + 1).segments();
        long[] input = segments.stream()
                .flatMapToLong(segment -> Arrays.stream(Rows.validTokens(segment)))
                .toArray();
        long[] expected = segments.stream()
                .flatMapToLong(segment -> LongStream.of(segment.labels()))
                .filter(label ->
                        label != SegmentBatch.IGNORED && label != task.info().endToken())
                .toArray();
        long[] predicted = task.scoresGenerated()
                ? new Generator(model)
                        .targets(segments.get(0), null, Decoding.greedy(Integer.MAX_VALUE))
                        .get(0)
                : predictions(segments);
        if (task.scoresGenerated()) {
            return new Sample(
                    task.renderInput(input),
                    List.of(task.renderTarget(expected)),
                    List.of(task.renderTarget(predicted)),
                    false);
        }
        return new Sample(task.renderInput(input), Rows.targets(task, expected), Rows.targets(task, predicted), true);
    }

    private long[] predictions(List<SegmentBatch> segments) {
        List<Long> predicted = new ArrayList<>();
        try (GradientMode off = model.backend().noGradient();
                TensorScope scope = model.backend().scope()) {
            MemoryState state = null;
            for (SegmentBatch segment : segments) {
                StepResult result = model.run(segment, state, Pass.evaluation());
                state = result.next();
                long[] best = result.logits().argmax(-1, false).toLongs();
                for (int i = 0; i < best.length; i++) {
                    long label = segment.labels()[i];
                    if (label != SegmentBatch.IGNORED && label != task.info().endToken()) {
                        predicted.add(best[i]);
                    }
                }
            }
        }
        return predicted.stream().mapToLong(Long::longValue).toArray();
    }

    /** Attention of every head in the last segment of the first row. */
    public Fragment attention() {
        AttentionMaps maps = new AttentionMaps();
        SegmentBatch last = null;
        try (GradientMode off = model.backend().noGradient();
                TensorScope scope = model.backend().scope()) {
            MemoryState state = null;
            for (int i = 0; i < window.segments().size(); i++) {
                last = window.segments().get(i).streams(0, 1);
                boolean isLast = i == window.segments().size() - 1;
                Pass pass = isLast ? Pass.evaluation().observedBy(maps) : Pass.evaluation();
                state = model.run(last, state, pass).next();
            }
        }
        return maps.render(inputs(last), targets(last));
    }

    private List<String> inputs(@Nullable SegmentBatch row) {
        return row == null ? List.of() : Rows.inputs(task, row.tokens());
    }

    private List<String> targets(@Nullable SegmentBatch row) {
        return row == null || row.decoderTokens() == null ? List.of() : Rows.targets(task, row.decoderTokens());
    }
}
