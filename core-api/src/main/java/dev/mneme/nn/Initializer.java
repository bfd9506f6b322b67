package dev.mneme.nn;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.Shape;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws the first values of a parameter on the host, so that every engine starts from the same numbers. */
@FunctionalInterface
@Stable
public interface Initializer {
    /** Row-major values of a tensor of this shape. */
    double[] draw(Shape shape, RandomGenerator random);

    static Initializer constant(double value) {
        return (shape, random) -> {
            double[] values = new double[Math.toIntExact(shape.elements())];
            Arrays.fill(values, value);
            return values;
        };
    }

    /** Normal with mean 0. */
    static Initializer normal(double standardDeviation) {
        return (shape, random) -> {
            double[] values = new double[Math.toIntExact(shape.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextGaussian() * standardDeviation;
            }
            return values;
        };
    }

    /** Uniform in [-bound, bound). */
    static Initializer uniform(double bound) {
        return (shape, random) -> {
            double[] values = new double[Math.toIntExact(shape.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (2 * random.nextDouble() - 1) * bound;
            }
            return values;
        };
    }

    /** Uniform with variance 2 / (in + out) for a matrix (out, in) (Glorot and Bengio, 2010). */
    static Initializer xavierUniform() {
        return (shape, random) ->
                uniform(Math.sqrt(6.0 / (shape.size(0) + shape.size(1)))).draw(shape, random);
    }
}
