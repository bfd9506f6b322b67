package dev.mneme.tck.memory;

import dev.mneme.memory.Mechanism;
import dev.mneme.memory.MemoryState;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is random, and that seeds and keys decide it. */
final class SeedChecks {
    private static final double TOLERANCE = 1e-12;

    private SeedChecks() {}

    static void seeds(Subject<?> subject, TensorBackend backend) {
        Map<String, double[]> parameters = parameters(subject, backend, Subject.SEED);
        Numbers.assertClose(
                parameters(subject, backend, Subject.SEED), parameters, 0, "built twice from one seed, parameter ");
        requireAnotherStart(parameters, parameters(subject, backend, Subject.SEED + 1));
        outcome(subject, backend).assertEquals(outcome(subject, backend), TOLERANCE, "the same model, built twice");
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            MemoryState state = model.stateAfter(1, TestSegments.ALL);
            Outcome evaluated = run(model, state, Pass.evaluation());
            run(model, state, Pass.evaluation()).assertEquals(evaluated, TOLERANCE, "evaluated a second time");
            Outcome first = run(model, state, Pass.training(new RandomSource(1)));
            run(model, state, Pass.training(new RandomSource(1)))
                    .assertEquals(first, TOLERANCE, "trained a second time with the same keys");
            Numbers.assertDiffers(
                    run(model, state, Pass.training(new RandomSource(2))).logits(),
                    first.logits(),
                    "other random keys drop the same units: logits in training do not follow the keys of the pass");
        }
    }

    /** Some parameters may start from fixed values; all of them may not. */
    private static void requireAnotherStart(Map<String, double[]> parameters, Map<String, double[]> others) {
        boolean same = parameters.entrySet().stream()
                .allMatch(entry -> Arrays.equals(entry.getValue(), others.get(entry.getKey())));
        if (same) {
            throw new AssertionError("every parameter starts the same whatever the seed is");
        }
    }

    private static Outcome run(TestModel model, MemoryState state, Pass pass) {
        TestSegments segment = model.segment(2);
        return Outcome.of(segment, model.step(segment, state, pass));
    }

    /** First values of all parameters. */
    static Map<String, double[]> parameters(Subject<?> subject, TensorBackend backend, long seed) {
        try (Mechanism mechanism = subject.create(backend, seed)) {
            Map<String, double[]> values = new LinkedHashMap<>();
            mechanism
                    .parameters()
                    .forEach((path, parameter) ->
                            values.put(path, parameter.value().toDoubles()));
            return values;
        }
    }

    /** What comes out of the third segment of a new model. */
    static Outcome outcome(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                GradientMode off = backend.noGradient();
                TensorScope scope = backend.scope()) {
            return run(model, model.stateAfter(2, TestSegments.ALL), Pass.evaluation());
        }
    }
}
