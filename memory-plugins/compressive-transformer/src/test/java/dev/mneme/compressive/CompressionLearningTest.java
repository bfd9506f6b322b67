package dev.mneme.compressive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.nn.Initializer;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Parameter;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Attention reconstruction alone: a convolution learns to replace noisy blocks of four rows, as an attention reads them. */
final class CompressionLearningTest {
    private static final int DIM = 32;
    private static final int BATCH = 32;
    private static final int RATE = 4;
    private static final int BLOCKS = 4;
    private static final int QUERIES = 8;

    @Test
    void attentionReconstructionTrainsAConvolution() {
        TensorBackend backend = TestEngine.all().stream()
                .filter(candidate -> candidate.toString().equals("libtorch"))
                .findFirst()
                .orElseThrow()
                .backend();
        Map<String, ?> model = Map.of("dim", DIM, "heads", 2, "layers", 1);
        try (TestModel whole = TestModel.create(backend, Map.of(), model);
                Convolution convolution = new Convolution(new ModuleContext(backend, DType.F64, 1), DIM, RATE, 1);
                TensorScope scope = backend.scope()) {
            whole.assign(
                    "controller.layers.0.attention.project.weight",
                    Initializer.normal(1.5 / Math.sqrt(DIM)).draw(Shape.of(3L * DIM, DIM), new SplittableRandom(2)));
            CompressionObjective objective =
                    new CompressionObjective(whole.blocks().get(0), false);
            double first = train(backend, convolution, objective, 1);
            double last = train(backend, convolution, objective, 300);
            assertThat(first).isGreaterThan(2);
            assertThat(last).isLessThan(0.6);
        }
    }

    /** The loss of the last step. */
    private static double train(
            TensorBackend backend, Convolution convolution, CompressionObjective objective, int steps) {
        List<Tensor> parameters =
                convolution.parameters().values().stream().map(Parameter::value).toList();
        List<Tensor> first = zerosLike(parameters);
        List<Tensor> second = zerosLike(parameters);
        double last = 0;
        for (int step = 1; step <= steps; step++) {
            try (TensorScope scope = backend.scope()) {
                Tensor centres = backend.normal(Shape.of(BATCH, BLOCKS, 1, DIM), DType.F64, 3L * step);
                Tensor noise = backend.normal(Shape.of(BATCH, BLOCKS, RATE, DIM), DType.F64, 3L * step + 1);
                Tensor rows = centres.add(noise.mul(0.5)).reshape(BATCH, (long) BLOCKS * RATE, DIM);
                Tensor hidden = backend.normal(Shape.of(BATCH, QUERIES, DIM), DType.F64, 3L * step + 2);
                Tensor loss = objective.attentionReconstruction(
                        hidden, null, rows, convolution.compress(rows), everything(backend));
                last = loss.item();
                List<Tensor> gradients = backend.gradients(List.of(loss), parameters, Collections.singletonList(null));
                List<Double> noDecay = Collections.nCopies(parameters.size(), 0.0);
                backend.adamW(
                        new AdamWStep(parameters, gradients, first, second, noDecay, 1e-3, 0.9, 0.999, 1e-8, 1, step));
            }
        }
        return last;
    }

    private static Overflow everything(TensorBackend backend) {
        Shape rows = Shape.of(BATCH, (long) BLOCKS * RATE);
        return new Overflow(
                backend.zeros(rows, DType.I64),
                backend.full(rows, 1, DType.BOOL),
                backend.full(Shape.of(BATCH), BLOCKS, DType.I64),
                null,
                backend.zeros(Shape.of(BATCH), DType.I64));
    }

    private static List<Tensor> zerosLike(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> tensor.backend().zeros(tensor.shape(), tensor.dtype()))
                .toList();
    }
}
