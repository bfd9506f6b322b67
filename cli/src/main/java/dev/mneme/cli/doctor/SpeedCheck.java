package dev.mneme.cli.doctor;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.time.Duration;

/**
 * How fast an engine is here, measured in about two seconds.
 *
 * @param gigaflops of a product of two 512 x 512 F32 matrices, billions of operations a second
 * @param smallOperationMicroseconds of an addition of eight numbers, call overhead included
 */
public record SpeedCheck(double gigaflops, double smallOperationMicroseconds) {
    private static final int SIZE = 512;
    private static final int SMALL = 8;

    /** Measures an engine; one second for each of the two figures. */
    public static SpeedCheck measure(TensorBackend backend) {
        try (TensorScope scope = backend.scope()) {
            Tensor large = backend.uniform(Shape.of(SIZE, SIZE), DType.F32, 1);
            Tensor small = backend.uniform(Shape.of(SMALL), DType.F32, 2);
            double product = secondsPerCall(backend, () -> large.matmul(large), 4);
            double addition = secondsPerCall(backend, () -> small.add(small), 256);
            return new SpeedCheck(2.0 * SIZE * SIZE * SIZE / product / 1e9, addition * 1e6);
        }
    }

    /** The mean of the fastest of several rounds, so that one interruption does not count. */
    private static double secondsPerCall(TensorBackend backend, Runnable call, int callsPerRound) {
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        double best = Double.POSITIVE_INFINITY;
        while (System.nanoTime() < end) {
            try (TensorScope round = backend.scope()) {
                backend.synchronize();
                long start = System.nanoTime();
                for (int i = 0; i < callsPerRound; i++) {
                    call.run();
                }
                backend.synchronize();
                best = Math.min(best, (System.nanoTime() - start) / 1e9 / callsPerRound);
            }
        }
        return best;
    }
}
