package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;

/** Moves operands to engines and compares what comes back. */
final class Engines {
    private Engines() {}

    static Tensor tensor(TensorBackend engine, double[] values, Shape shape, DType dtype) {
        switch (dtype) {
            case I64 -> {
                long[] integers = new long[values.length];
                for (int i = 0; i < values.length; i++) {
                    integers[i] = (long) values[i];
                }
                return engine.tensor(integers, shape);
            }
            case BOOL -> {
                boolean[] truths = new boolean[values.length];
                for (int i = 0; i < values.length; i++) {
                    truths[i] = values[i] != 0;
                }
                return engine.tensor(truths, shape);
            }
            default -> {
                return engine.tensor(values, shape, dtype);
            }
        }
    }

    static List<Tensor> operands(
            TensorBackend engine, OperationCase operation, List<double[]> values, DType floating, Layout layout) {
        List<Tensor> operands = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Input input = operation.inputs().get(i);
            operands.add(layout.lay(tensor(engine, values.get(i), input.shape(), input.dtype(floating))));
        }
        return operands;
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

    static void assertSame(Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as("shape").isEqualTo(expected.shape());
        assertThat(actual.dtype()).as("element type").isEqualTo(expected.dtype());
        assertClose(values(actual), values(expected), tolerance);
    }

    /** Within a tolerance relative to the larger of 1 and the expected value; NaN equals NaN. */
    static void assertClose(double[] actual, double[] expected, double tolerance) {
        assertThat(actual).as("number of values").hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            double allowed = tolerance * Math.max(1, Math.abs(expected[i]));
            boolean close = Double.compare(actual[i], expected[i]) == 0 || Math.abs(actual[i] - expected[i]) <= allowed;
            if (!close) {
                throw new AssertionError("element " + i + " of " + expected.length + ": expected " + expected[i]
                        + ", got " + actual[i] + " (tolerance " + allowed + ")");
            }
        }
    }
}
