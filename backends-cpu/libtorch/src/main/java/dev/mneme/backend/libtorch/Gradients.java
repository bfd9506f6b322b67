package dev.mneme.backend.libtorch;

import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** Reverse-mode derivatives through LibTorch's own graph. */
final class Gradients {
    private static final String OPERATION = "gradients";

    private Gradients() {}

    static List<Tensor> of(
            TorchBackend backend,
            List<? extends Tensor> outputs,
            List<? extends Tensor> inputs,
            List<? extends @Nullable Tensor> cotangents) {
        if (cotangents.size() != outputs.size()) {
            throw Failures.shape(OPERATION, outputs.size() + " cotangents, one per output", cotangents.size());
        }
        List<Tensor> ends = new ArrayList<>();
        List<Tensor> seeds = new ArrayList<>();
        List<Tensor> made = new ArrayList<>();
        try {
            for (int i = 0; i < outputs.size(); i++) {
                Tensor output = outputs.get(i);
                Tensor cotangent = cotangents.get(i);
                requireFits(output, cotangent);
                if (output.requiresGradient()) {
                    if (cotangent == null) {
                        cotangent = backend.ones(output.shape(), output.dtype());
                        made.add(cotangent);
                    }
                    ends.add(output);
                    seeds.add(cotangent);
                }
            }
            return differentiate(backend, ends, inputs, seeds);
        } finally {
            made.forEach(Tensor::close);
        }
    }

    private static void requireFits(Tensor output, @Nullable Tensor cotangent) {
        if (cotangent == null) {
            if (output.shape().elements() != 1) {
                throw Failures.shape(OPERATION, "a cotangent for an output of more than one element", output.shape());
            }
        } else if (!cotangent.shape().equals(output.shape())) {
            throw Failures.shape(OPERATION, "a cotangent of the output's shape " + output.shape(), cotangent.shape());
        } else if (cotangent.dtype() != output.dtype()) {
            throw Failures.dtype(OPERATION, "a cotangent of the output's type " + output.dtype(), cotangent.dtype());
        }
    }

    private static List<Tensor> differentiate(
            TorchBackend backend, List<Tensor> outputs, List<? extends Tensor> inputs, List<Tensor> cotangents) {
        List<Tensor> reachable =
                new ArrayList<>(inputs.stream().filter(Tensor::requiresGradient).toList());
        List<Tensor> results = new ArrayList<>(inputs.size());
        if (outputs.isEmpty() || reachable.isEmpty()) {
            inputs.forEach(input -> results.add(backend.zeros(input.shape(), input.dtype())));
            return results;
        }
        try (Borrowed ends = new Borrowed(OPERATION, outputs);
                Borrowed starts = new Borrowed(OPERATION, reachable);
                Borrowed seeds = new Borrowed(OPERATION, cotangents);
                TensorVector endList = ends.vector();
                TensorVector startList = starts.vector();
                TensorVector seedList = seeds.vector();
                BoolOptional consumesGraph = new BoolOptional(false)) {
            try (TensorVector found = torch.grad(endList, startList, seedList, consumesGraph, false, true)) {
                long next = 0;
                for (Tensor input : inputs) {
                    boolean asked = input.requiresGradient();
                    results.add(result(backend, input, asked ? found.get(next++) : null));
                }
                return results;
            } catch (RuntimeException e) {
                throw Failures.translate(OPERATION, e, ends.tensors());
            }
        }
    }

    private static Tensor result(TorchBackend backend, Tensor input, org.bytedeco.pytorch.@Nullable Tensor gradient) {
        return gradient != null && gradient.defined()
                ? backend.own(new org.bytedeco.pytorch.Tensor(gradient), input.dtype())
                : backend.zeros(input.shape(), input.dtype());
    }
}
