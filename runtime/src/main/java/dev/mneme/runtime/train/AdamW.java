package dev.mneme.runtime.train;

import dev.mneme.nn.Parameter;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AdamW (Loshchilov and Hutter, arXiv 1711.05101) over the parameters of one model. Owns its moments. */
final class AdamW implements AutoCloseable {
    private final TensorBackend backend;
    private final TrainConfig config;
    private final List<Tensor> parameters = new ArrayList<>();
    private final List<Double> decays = new ArrayList<>();
    private final List<Tensor> firstMoments = new ArrayList<>();
    private final List<Tensor> secondMoments = new ArrayList<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    AdamW(TensorBackend backend, Map<String, Parameter> model, TrainConfig config) {
        this.backend = backend;
        this.config = config;
        model.forEach((path, parameter) -> {
            Tensor value = parameter.value();
            parameters.add(value);
            decays.add(parameter.decays() ? config.weightDecay() : 0);
            firstMoments.add(moment("first." + path, value));
            secondMoments.add(moment("second." + path, value));
        });
    }

    private Tensor moment(String name, Tensor like) {
        Tensor moment = backend.zeros(like.shape(), like.dtype()).unscoped();
        tensors.put(name, moment);
        return moment;
    }

    /** The values that are optimized, in the order gradients are expected in. */
    List<Tensor> parameters() {
        return parameters;
    }

    /** All moments by name, for checkpoints. */
    Map<String, Tensor> tensors() {
        return tensors;
    }

    /**
     * One update in place.
     *
     * @param step counts from 1
     */
    void update(List<Tensor> gradients, double gradientScale, long step) {
        backend.adamW(new AdamWStep(
                parameters,
                gradients,
                firstMoments,
                secondMoments,
                decays,
                config.learningRate(step),
                config.beta1(),
                config.beta2(),
                config.epsilon(),
                gradientScale,
                step));
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
