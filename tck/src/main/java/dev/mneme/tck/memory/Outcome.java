package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came out of a segment, on the host.
 *
 * @param logits (rows, outputs, classes), zeros at padded tokens
 * @param next entries by name
 * @param losses auxiliary losses by name
 */
record Outcome(double[] logits, Map<String, double[]> next, Map<String, double[]> losses) {
    static Outcome of(TestSegments segment, StepResult result) {
        return new Outcome(
                logits(segment, result.logits()),
                values(result.next().tensors()),
                values(new TreeMap<>(result.losses())));
    }

    static double[] logits(TestSegments segment, Tensor logits) {
        double[] values = logits.toDoubles();
        int outputs = segment.outputs();
        int classes = values.length / (segment.rows() * outputs);
        for (int i = 0; i < segment.rows() * outputs; i++) {
            if (!segment.counts(i / outputs, i % outputs)) {
                Arrays.fill(values, i * classes, (i + 1) * classes, 0);
            }
        }
        return values;
    }

    static Map<String, double[]> values(MemoryState state) {
        return values(state.tensors());
    }

    static Map<String, double[]> values(Map<String, Tensor> tensors) {
        Map<String, double[]> values = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> values.put(name, values(tensor)));
        return values;
    }

    /** Elements of any type as doubles; truth values as 0 and 1. */
    static double[] values(Tensor tensor) {
        if (tensor.dtype() != DType.BOOL) {
            return tensor.toDoubles();
        }
        boolean[] truths = tensor.toBooleans();
        double[] values = new double[truths.length];
        for (int i = 0; i < truths.length; i++) {
            values[i] = truths[i] ? 1 : 0;
        }
        return values;
    }

    /** The part of logits and state that belongs to these rows; losses, which belong to none, are dropped. */
    Outcome rows(int of, int... rows) {
        Map<String, double[]> picked = new LinkedHashMap<>();
        next.forEach((name, values) -> picked.put(name, rows(values, of, rows)));
        return new Outcome(rows(logits, of, rows), picked, Map.of());
    }

    /** Without what depends on the whole batch. */
    Outcome withoutLosses() {
        return new Outcome(logits, next, Map.of());
    }

    private static double[] rows(double[] values, int of, int... rows) {
        int width = values.length / of;
        double[] picked = new double[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(values, rows[i] * width, picked, i * width, width);
        }
        return picked;
    }

    void assertEquals(Outcome expected, double tolerance, String what) {
        Numbers.assertClose(logits, expected.logits, tolerance, what + ", logits");
        Numbers.assertClose(next, expected.next, tolerance, what + ", next state entry ");
        Numbers.assertClose(losses, expected.losses, tolerance, what + ", auxiliary loss ");
    }
}
