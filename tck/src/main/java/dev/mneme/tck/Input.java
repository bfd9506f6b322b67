package dev.mneme.tck;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.SplittableRandom;

/**
 * One operand of an {@link OperationCase}.
 *
 * @param shape of the operand
 * @param values what it is filled with
 * @param bound of values that are indices, exclusive
 */
record Input(Shape shape, Values values, long bound) {

    enum Values {
        /** Standard normal. */
        NORMAL,
        /** Uniform in [0.5, 2). */
        POSITIVE,
        /** No two within 0.1 of each other, none within 0.1 of 0, neither within nor between operands. */
        APART,
        /** -1, 0 or 1: many ties. */
        ROUNDED,
        /** Up to a few hundred: overflows a careless exponential. */
        LARGE,
        /** I64 from -5 to 5. */
        INTEGER,
        /** I64 from 0 to below the bound. */
        INDEX,
        /** BOOL. */
        MASK
    }

    static Input of(Values values, long... sizes) {
        return new Input(Shape.of(sizes), values, 0);
    }

    static Input normal(long... sizes) {
        return of(Values.NORMAL, sizes);
    }

    static Input apart(long... sizes) {
        return of(Values.APART, sizes);
    }

    static Input mask(long... sizes) {
        return of(Values.MASK, sizes);
    }

    static Input index(long bound, long... sizes) {
        return new Input(Shape.of(sizes), Values.INDEX, bound);
    }

    boolean isFloating() {
        return values != Values.INTEGER && values != Values.INDEX && values != Values.MASK;
    }

    DType dtype(DType floating) {
        return switch (values) {
            case INTEGER, INDEX -> DType.I64;
            case MASK -> DType.BOOL;
            default -> floating;
        };
    }

    /**
     * Row-major values, representable in F32; masks hold 0 and 1.
     *
     * @param position of this operand in its case
     */
    double[] draw(SplittableRandom random, int position) {
        int size = Math.toIntExact(shape.elements());
        double[] drawn = new double[size];
        for (int i = 0; i < size; i++) {
            drawn[i] = switch (values) {
                case NORMAL -> random.nextGaussian();
                case POSITIVE -> random.nextDouble(0.5, 2);
                case APART -> (i - size / 2) * 0.37 + 0.15 + 0.1 * (position % 2);
                case ROUNDED -> random.nextInt(3) - 1;
                case LARGE -> random.nextDouble(-300, 300);
                case INTEGER -> random.nextInt(11) - 5;
                case INDEX -> random.nextLong(bound);
                case MASK -> random.nextInt(2);
            };
        }
        if (values == Values.APART) {
            shuffle(drawn, random);
        }
        for (int i = 0; i < size; i++) {
            drawn[i] = (float) drawn[i];
        }
        return drawn;
    }

    private static void shuffle(double[] values, SplittableRandom random) {
        for (int i = values.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double swapped = values[i];
            values[i] = values[j];
            values[j] = swapped;
        }
    }
}
