package dev.mneme.backend.nd4j;

import dev.mneme.tensor.Shape;
import java.util.SplittableRandom;

/** Random numbers from a key, drawn in Java so that they depend on nothing else. */
final class RandomKernels {
    private RandomKernels() {}

    /** Multiples of 2^-24: every float below 1 of that grid, equally likely. */
    static float[] uniformFloats(Shape shape, long key) {
        SplittableRandom random = new SplittableRandom(key);
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (random.nextInt() >>> 8) * 0x1p-24f;
        }
        return values;
    }

    static double[] uniformDoubles(Shape shape, long key) {
        SplittableRandom random = new SplittableRandom(key);
        double[] values = new double[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextDouble();
        }
        return values;
    }

    /** Pairs of normal numbers from pairs of uniform ones (Box and Muller 1958). */
    static double[] normalDoubles(Shape shape, long key) {
        SplittableRandom random = new SplittableRandom(key);
        double[] values = new double[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i += 2) {
            double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
            double angle = 2 * Math.PI * random.nextDouble();
            values[i] = radius * Math.cos(angle);
            if (i + 1 < values.length) {
                values[i + 1] = radius * Math.sin(angle);
            }
        }
        return values;
    }
}
