package dev.mneme.tck;

import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One operation on operands of certain shapes: its values are compared with the reference engine, its gradients with
 * central differences.
 *
 * @param name of the operation, unique together with the shapes
 * @param inputs the operands
 * @param differentiable whether its gradients are checked
 * @param function of the operands, in order
 */
record OperationCase(String name, List<Input> inputs, boolean differentiable, Function<List<Tensor>, Tensor> function) {

    static OperationCase smooth(String name, Function<List<Tensor>, Tensor> function, Input... inputs) {
        return new OperationCase(name, List.of(inputs), true, function);
    }

    static OperationCase valuesOnly(String name, Function<List<Tensor>, Tensor> function, Input... inputs) {
        return new OperationCase(name, List.of(inputs), false, function);
    }

    boolean has(Input.Values values) {
        return inputs.stream().anyMatch(input -> input.values() == values);
    }

    /** The same numbers at every call. */
    List<double[]> draw() {
        SplittableRandom random = new SplittableRandom(toString().hashCode());
        return IntStream.range(0, inputs.size())
                .mapToObj(i -> inputs.get(i).draw(random, i))
                .toList();
    }

    /** For example {@code add (2, 3) (3)}. */
    @Override
    public String toString() {
        return inputs.stream().map(input -> " " + input.shape()).collect(Collectors.joining("", name, ""));
    }
}
