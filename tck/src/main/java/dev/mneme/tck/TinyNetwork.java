package dev.mneme.tck;

import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A perceptron with one hidden layer that learns to tell the sign of a product; the same on every engine. */
final class TinyNetwork implements AutoCloseable {
    private static final int BATCH = 8;

    private final TensorBackend engine;
    private final DType dtype;
    private final List<Tensor> parameters;
    private final List<Tensor> firstMoments;
    private final List<Tensor> secondMoments;
    private final RandomSource keys = new RandomSource(17);
    private int steps;

    TinyNetwork(TensorBackend engine, DType dtype) {
        this.engine = engine;
        this.dtype = dtype;
        SplittableRandom random = new SplittableRandom(7);
        List<Shape> shapes = List.of(Shape.of(16, 2), Shape.of(16), Shape.of(2, 16), Shape.of(2));
        this.parameters =
                shapes.stream().map(shape -> drawn(random, shape, 0.5)).toList();
        this.firstMoments = shapes.stream()
                .map(shape -> engine.zeros(shape, dtype).unscoped())
                .toList();
        this.secondMoments = shapes.stream()
                .map(shape -> engine.zeros(shape, dtype).unscoped())
                .toList();
    }

    private Tensor drawn(SplittableRandom random, Shape shape, double scale) {
        double[] values = IntStream.range(0, Math.toIntExact(shape.elements()))
                .mapToDouble(i -> (float) (random.nextGaussian() * scale))
                .toArray();
        return engine.tensor(values, shape, dtype).unscoped();
    }

    /** One step on fresh examples; the loss before it. */
    double train() {
        return train(0);
    }

    double train(double dropout) {
        SplittableRandom random = new SplittableRandom(++steps);
        try (TensorScope scope = engine.scope()) {
            double[] points = random.doubles(2L * BATCH, -1, 1).toArray();
            long[] classes = new long[BATCH];
            for (int i = 0; i < BATCH; i++) {
                classes[i] = points[2 * i] * points[2 * i + 1] > 0 ? 1 : 0;
            }
            List<Tensor> variables = parameters.stream().map(Tensor::variable).toList();
            Tensor hidden = engine.tensor(points, Shape.of(BATCH, 2), dtype)
                    .linear(variables.get(0), variables.get(1))
                    .gelu()
                    .dropout(dropout, keys.nextKey());
            Tensor loss = hidden.linear(variables.get(2), variables.get(3))
                    .crossEntropy(engine.tensor(classes, Shape.of(BATCH)), 0.05);
            List<Tensor> unweighted = new ArrayList<>(Collections.nCopies(1, null));
            List<Tensor> gradients = engine.gradients(List.of(loss), variables, unweighted);
            double norm = engine.globalNorm(gradients).item();
            engine.adamW(new AdamWStep(
                    parameters,
                    gradients,
                    firstMoments,
                    secondMoments,
                    List.of(0.01, 0.0, 0.01, 0.0),
                    0.01,
                    0.9,
                    0.99,
                    1e-8,
                    Math.min(1, 1 / norm),
                    steps));
            return loss.item();
        }
    }

    /** All parameters and optimizer state, one after another. */
    double[] state() {
        return Stream.of(parameters, firstMoments, secondMoments)
                .flatMap(List::stream)
                .flatMapToDouble(tensor -> Arrays.stream(tensor.toDoubles()))
                .toArray();
    }

    @Override
    public void close() {
        Stream.of(parameters, firstMoments, secondMoments).flatMap(List::stream).forEach(Tensor::close);
    }
}
