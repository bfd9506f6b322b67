package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.Mechanism;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Parameter;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** A mechanism on an engine. What its methods return is in the caller's scope. */
final class TestModel implements AutoCloseable {
    private final Subject<?> subject;
    private final TensorBackend backend;
    private final Mechanism mechanism;

    TestModel(Subject<?> subject, TensorBackend backend, Mechanism mechanism) {
        this.subject = subject;
        this.backend = backend;
        this.mechanism = mechanism;
    }

    /** Moves every parameter: biases, gains and gates start at 0 and 1, where many mistakes do not show. */
    void spreadOut() {
        mechanism.parameters().forEach((path, parameter) -> {
            SplittableRandom random = new SplittableRandom(path.hashCode());
            double[] values = parameter.value().toDoubles();
            for (int i = 0; i < values.length; i++) {
                values[i] += 0.1 * random.nextGaussian();
            }
            assign(parameter, values);
        });
    }

    /** Overwrites a parameter. */
    void assign(Parameter parameter, double[] values) {
        Tensor value = parameter.value();
        try (Tensor changed =
                backend.tensor(values, value.shape(), value.dtype()).unscoped()) {
            value.assign(changed);
        }
    }

    Subject<?> subject() {
        return subject;
    }

    TensorBackend backend() {
        return backend;
    }

    Memory memory() {
        return mechanism.memory();
    }

    Controller controller() {
        return mechanism.controller();
    }

    Map<String, Parameter> parameters() {
        return mechanism.parameters();
    }

    /** The parameters' tensors by path. */
    Map<String, Tensor> leaves() {
        Map<String, Tensor> leaves = new LinkedHashMap<>();
        parameters().forEach((path, parameter) -> leaves.put(path, parameter.value()));
        return leaves;
    }

    TestSegments segment(int index, int... streams) {
        return TestSegments.of(subject.task(), index, streams);
    }

    /** The segment of this index of a whole batch. */
    TestSegments segment(int index) {
        return segment(index, TestSegments.ALL);
    }

    MemoryState initialState(int rows) {
        return mechanism.memory().initialState(rows);
    }

    StepResult step(TestSegments segment, MemoryState state, Pass pass) {
        return mechanism.controller().step(segment.upload(backend), state, pass);
    }

    /** A step without dropout. */
    StepResult step(TestSegments segment, MemoryState state) {
        return step(segment, state, Pass.evaluation());
    }

    /** The state after the first segments of these streams, without dropout and without a graph. */
    MemoryState stateAfter(int segments, int... streams) {
        try (GradientMode off = backend.noGradient()) {
            MemoryState state = initialState(streams.length);
            for (int i = 0; i < segments; i++) {
                state = step(segment(i, streams), state).next();
            }
            return state;
        }
    }

    @Override
    public void close() {
        mechanism.close();
    }
}
