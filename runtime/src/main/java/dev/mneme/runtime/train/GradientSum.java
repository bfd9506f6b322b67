package dev.mneme.runtime.train;

import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Gradients of the parameters, added up over the backward passes of one optimizer step. */
final class GradientSum implements AutoCloseable {
    private final TensorBackend backend;
    private final List<Tensor> parameters;
    private List<Tensor> sums = List.of();

    GradientSum(TensorBackend backend, List<Tensor> parameters) {
        this.backend = backend;
        this.parameters = parameters;
    }

    List<Tensor> parameters() {
        return parameters;
    }

    /**
     * Runs backward once and adds what reaches the parameters.
     *
     * @param others tensors whose gradients are wanted besides, such as a state that was cut off
     * @return the gradients of {@code others}, in the caller's scope
     */
    List<Tensor> add(Derivatives derivatives, List<Tensor> others) {
        if (derivatives.outputs().isEmpty()) {
            return others.stream()
                    .map(other -> backend.zeros(other.shape(), other.dtype()))
                    .toList();
        }
        List<Tensor> inputs = new ArrayList<>(parameters);
        inputs.addAll(others);
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            List<Tensor> gradients = backend.gradients(derivatives.outputs(), inputs, derivatives.cotangents());
            List<Tensor> added = new ArrayList<>(parameters.size());
            for (int i = 0; i < parameters.size(); i++) {
                Tensor gradient = gradients.get(i);
                added.add((sums.isEmpty() ? gradient : sums.get(i).add(gradient)).unscoped());
            }
            sums.forEach(Tensor::close);
            sums = added;
            List<Tensor> rest = gradients.subList(parameters.size(), gradients.size());
            rest.forEach(scope::keep);
            return rest;
        }
    }

    /** Adds what others, at least two, collected, in the order of the list. */
    void addAll(List<GradientSum> others) {
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            List<Tensor> added = new ArrayList<>(parameters.size());
            for (int i = 0; i < parameters.size(); i++) {
                Tensor sum = sums.isEmpty() ? null : sums.get(i);
                for (GradientSum other : others) {
                    Tensor gradient = other.sums().get(i);
                    sum = sum == null ? gradient : sum.add(gradient);
                }
                added.add(Objects.requireNonNull(sum).unscoped());
            }
            sums.forEach(Tensor::close);
            sums = added;
        }
    }

    /** One gradient per parameter; zeros if nothing was added. */
    List<Tensor> sums() {
        if (sums.isEmpty()) {
            sums = parameters.stream()
                    .map(parameter ->
                            backend.zeros(parameter.shape(), parameter.dtype()).unscoped())
                    .toList();
        }
        return sums;
    }

    @Override
    public void close() {
        sums.forEach(Tensor::close);
        sums = List.of();
    }
}
