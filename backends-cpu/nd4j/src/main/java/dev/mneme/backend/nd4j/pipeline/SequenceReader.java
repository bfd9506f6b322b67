package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;

/** Takes arrays apart into sequences, and checks them. */
final class SequenceReader {
    private final SequenceFormat format;

    SequenceReader(SequenceFormat format) {
        this.format = format;
    }

    /** The rows of a batch. */
    List<Sequence> read(DataSet batch) {
        List<long[]> tokens = tokens(batch.getFeatures(), batch.getFeaturesMaskArray());
        INDArray labels = batch.getLabels();
        if (labels == null) {
            throw shape("labels", "an array; this data set has none", "null");
        }
        long width = length(batch.getFeatures());
        List<long[]> classes = labels.rank() == 3
                ? stepLabels(labels, batch.getLabelsMaskArray(), tokens, width)
                : sequenceLabels(labels, batch.getLabelsMaskArray(), tokens);
        List<Sequence> sequences = new ArrayList<>();
        for (int row = 0; row < tokens.size(); row++) {
            sequences.add(new Sequence(tokens.get(row), classes.get(row)));
        }
        return sequences;
    }

    /** Rows without labels: features and, if there is padding, their mask. */
    List<Sequence> read(INDArray features, @Nullable INDArray mask) {
        return tokens(features, mask).stream()
                .map(tokens -> new Sequence(tokens, ignored(tokens.length)))
                .toList();
    }

    /** Steps of the widest row, padding included. */
    static long length(INDArray features) {
        return features.size(features.rank() - 1);
    }

    private static long[] ignored(int length) {
        long[] labels = new long[length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        return labels;
    }

    // ---- tokens ----

    private List<long[]> tokens(@Nullable INDArray features, @Nullable INDArray mask) {
        if (features == null
                || features.isEmpty()
                || !(features.rank() == 2 || (features.rank() == 3 && features.size(1) == 1))) {
            boolean continuous = features != null && features.rank() == 3;
            throw shape(
                    "features",
                    "token ids of shape (batch, length) or (batch, 1, length)"
                            + (continuous
                                    ? "; a model reads one token a step, so several channels need an id each"
                                    : ""),
                    text(features));
        }
        int width = Math.toIntExact(length(features));
        int[] lengths = lengths(mask, Math.toIntExact(features.size(0)), width);
        double[] values = values(features);
        List<long[]> rows = new ArrayList<>();
        for (int row = 0; row < lengths.length; row++) {
            long[] tokens = new long[lengths[row]];
            for (int step = 0; step < tokens.length; step++) {
                tokens[step] =
                        whole("features", values[row * width + step], format.vocabulary(), "token ids", row, step);
            }
            rows.add(tokens);
        }
        return rows;
    }

    private static int[] lengths(@Nullable INDArray mask, int rows, int width) {
        int[] lengths = new int[rows];
        Arrays.fill(lengths, width);
        if (mask == null) {
            return lengths;
        }
        double[] values = mask("features mask", mask, rows, width);
        for (int row = 0; row < rows; row++) {
            int length = 0;
            while (length < width && values[row * width + length] != 0) {
                length++;
            }
            for (int step = length; step < width; step++) {
                if (length == 0 || values[row * width + step] != 0) {
                    throw values(
                            "features mask",
                            row,
                            step,
                            "a sequence of at least one step that starts at step 0, and padding behind it (as with"
                                    + " AlignmentMode.ALIGN_START)",
                            values[row * width + step]);
                }
            }
            lengths[row] = length;
        }
        return lengths;
    }

    private static double[] mask(String name, INDArray mask, int rows, int width) {
        if (!Arrays.equals(mask.shape(), new long[] {rows, width})) {
            throw shape(name, Shape.of(rows, width).toString(), text(mask));
        }
        return values(mask);
    }

    // ---- labels ----

    /** (batch, classes, length) or (batch, 1, length). */
    private List<long[]> stepLabels(INDArray labels, @Nullable INDArray mask, List<long[]> tokens, long width) {
        int rows = tokens.size();
        int channels = channels(labels, rows);
        if (labels.size(2) != width) {
            throw shape("labels", width + " steps, as the features have", text(labels));
        }
        int steps = Math.toIntExact(width);
        double[] scored = mask == null ? null : mask("labels mask", mask, rows, steps);
        double[] values = values(labels);
        List<long[]> result = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            long[] classes = ignored(tokens.get(row).length);
            for (int step = 0; step < steps; step++) {
                boolean wanted = scored == null ? step < classes.length : scored[row * steps + step] != 0;
                if (wanted && step >= classes.length) {
                    throw values("labels mask", row, step, "0 where the features mask has padding", 1);
                }
                if (wanted) {
                    classes[step] = label(values, row * channels * steps + step, steps, channels, row, step);
                }
            }
            result.add(classes);
        }
        return result;
    }

    /** (batch, classes) or (batch, 1): a label at the last step. */
    private List<long[]> sequenceLabels(INDArray labels, @Nullable INDArray mask, List<long[]> tokens) {
        int channels = channels(labels, tokens.size());
        double[] scored = mask == null ? null : mask("labels mask", mask, tokens.size(), 1);
        double[] values = values(labels);
        List<long[]> result = new ArrayList<>();
        for (int row = 0; row < tokens.size(); row++) {
            long[] classes = ignored(tokens.get(row).length);
            int last = classes.length - 1;
            if (scored == null || scored[row] != 0) {
                classes[last] = label(values, row * channels, 1, channels, row, last);
            }
            result.add(classes);
        }
        return result;
    }

    private int channels(INDArray labels, int rows) {
        boolean fits = (labels.rank() == 2 || labels.rank() == 3)
                && labels.size(0) == rows
                && (labels.size(1) == 1 || labels.size(1) == format.classes());
        if (!fits) {
            int classes = format.classes();
            throw shape(
                    "labels",
                    String.format(
                            "(%d, %d, length) or (%d, 1, length) for every step, (%d, %d) or (%d, 1) for the sequence",
                            rows, classes, rows, rows, classes, rows),
                    text(labels));
        }
        return Math.toIntExact(labels.size(1));
    }

    private long label(double[] values, int first, int stride, int channels, int row, int step) {
        if (channels == 1) {
            return whole("labels", values[first], format.classes(), "classes", row, step);
        }
        int found = -1;
        for (int channel = 0; channel < channels; channel++) {
            double value = values[first + channel * stride];
            if (value == 1 && found < 0) {
                found = channel;
            } else if (value != 0) {
                throw values("labels", row, step, "a 1 for one class and 0 for all others", value);
            }
        }
        if (found < 0) {
            throw values("labels", row, step, "a 1 for one class and 0 for all others", 0);
        }
        return found;
    }

    // ---- values and messages ----

    /** All elements in row-major order, whatever the order and type of the array. */
    static double[] values(INDArray array) {
        INDArray cast = array.castTo(DataType.DOUBLE);
        INDArray dense = cast.dup('c');
        try {
            return dense.data().asDouble();
        } finally {
            dense.close();
            if (cast != array) {
                cast.close();
            }
        }
    }

    private static long whole(String name, double value, int limit, String what, int row, int step) {
        if (value != Math.rint(value) || value < 0 || value >= limit) {
            throw values(name, row, step, what + " from 0 to " + (limit - 1), value);
        }
        return (long) value;
    }

    private static String text(@Nullable INDArray array) {
        return array == null ? "null" : Shape.of(array.shape()).toString();
    }

    private static MnemeException shape(String name, String expected, String found) {
        return new MnemeException(
                ErrorCode.SHAPE_MISMATCH, "reading a data set, " + name + ": expected " + expected + ", got " + found);
    }

    private static MnemeException values(String name, int row, int step, String expected, double found) {
        String remedy = name.equals("features") && Double.isFinite(found)
                ? ". Make tokens of continuous values with TokenBins"
                : "";
        return new MnemeException(
                ErrorCode.DATA_UNREADABLE,
                "reading a data set, " + name + ", row " + row + ", step " + step + ": expected " + expected + ", got "
                        + found + remedy);
    }
}
