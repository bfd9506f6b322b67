package dev.mneme.task;

import java.util.List;
import java.util.Map;

/** Data with labels, in batches of segments. Immutable and thread-safe. */
public interface Task {
    TaskInfo info();

    /**
     * Windows of one split in batches of {@code rows} streams. Training data of a generated task is endless;
     * evaluation data is finite and the same at every call.
     *
     * @param seed order and draws of the training split; evaluation splits ignore it
     */
    WindowSource windows(Split split, int rows, long seed);

    /** Input ids as a person reads them. */
    String renderInput(long[] ids);

    /** Label ids as a person reads them; {@link SegmentBatch#IGNORED} ids are left out. */
    String renderTarget(long[] ids);

    /** Ids of a text prompt; for tasks without text, ids written as numbers separated by blanks. */
    long[] parseInput(String text);

    /**
     * Whether quality is judged on what the model generates, beside the teacher-forced metrics; then
     * {@link #scoreGenerated} is called with greedy outputs.
     */
    default boolean scoresGenerated() {
        return false;
    }

    /**
     * Metrics of generated targets, such as {@code bleu}.
     *
     * @param hypotheses generated ids without begin and end symbol, one array a sequence
     * @param references the true ids, parallel
     */
    default Map<String, Double> scoreGenerated(List<long[]> hypotheses, List<long[]> references) {
        return Map.of();
    }
}
