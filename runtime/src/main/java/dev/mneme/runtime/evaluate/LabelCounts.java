package dev.mneme.runtime.evaluate;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.TaskInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adds up what became of scored labels. */
final class LabelCounts {
    private long labels;
    private long correct;
    private double lossSum;
    private long sequences;
    private long exactSequences;
    private boolean[] rowHasLabels = {};
    private boolean[] rowIsExact = {};

    /** Starts a window whose rows are sequences of their own. */
    void beginSequences(int rows) {
        rowHasLabels = new boolean[rows];
        rowIsExact = new boolean[rows];
        Arrays.fill(rowIsExact, true);
    }

    /**
     * Adds a segment with scored labels.
     *
     * @param meanLoss over its scored labels
     * @param predictions (batch, length) like the labels
     */
    void add(SegmentBatch batch, double meanLoss, long[] predictions) {
        int length = predictions.length / batch.rows();
        long before = labels;
        for (int i = 0; i < predictions.length; i++) {
            long label = batch.labels()[i];
            if (label >= 0) {
                boolean hit = predictions[i] == label;
                labels++;
                correct += hit ? 1 : 0;
                rowHasLabels[i / length] = true;
                rowIsExact[i / length] &= hit;
            }
        }
        lossSum += meanLoss * (labels - before);
    }

    void endSequences() {
        for (int row = 0; row < rowHasLabels.length; row++) {
            if (rowHasLabels[row]) {
                sequences++;
                exactSequences += rowIsExact[row] ? 1 : 0;
            }
        }
    }

    long labels() {
        return labels;
    }

    Map<String, Double> values(TaskInfo task) {
        Map<String, Double> values = new LinkedHashMap<>();
        double loss = lossSum / labels;
        values.put(Metrics.LOSS, loss);
        values.put(Metrics.ACCURACY, (double) correct / labels);
        if (sequences > 0) {
            values.put(Metrics.EXACT, (double) exactSequences / sequences);
        }
        if (!Double.isNaN(task.chanceAccuracy())) {
            values.put(Metrics.CHANCE, task.chanceAccuracy());
        }
        values.put(Metrics.PERPLEXITY, Math.exp(loss));
        if (!Double.isNaN(task.bytesPerLabel())) {
            values.put(Metrics.BITS_PER_BYTE, loss / Math.log(2) / task.bytesPerLabel());
        }
        values.put(Metrics.LABELS, (double) labels);
        return values;
    }
}
