package dev.mneme.tck.memory;

import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.Map;

/** One engine against another: parameters, values and gradients. */
final class EngineChecks {
    private static final double TOLERANCE = 1e-10;

    private EngineChecks() {}

    /** A check of an engine against this one. */
    static ModelCheck against(TensorBackend reference) {
        return (subject, backend) -> {
            Numbers.assertClose(parameters(subject, backend), parameters(subject, reference), 0, "parameter ");
            SeedChecks.outcome(subject, backend)
                    .assertEquals(SeedChecks.outcome(subject, reference), TOLERANCE, "step");
            Numbers.assertClose(gradients(subject, backend), gradients(subject, reference), TOLERANCE, "gradient of ");
        };
    }

    private static Map<String, double[]> parameters(Subject<?> subject, TensorBackend backend) {
        return SeedChecks.parameters(subject, backend, Subject.SEED);
    }

    private static Map<String, double[]> gradients(Subject<?> subject, TensorBackend backend) {
        try (TestModel model = subject.open(backend);
                TensorScope scope = backend.scope()) {
            return new LinkedHashMap<>(new TestWindow(model, 3, false).gradients());
        }
    }
}
