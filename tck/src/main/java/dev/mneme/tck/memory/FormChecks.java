package dev.mneme.tck.memory;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.TensorBackend;
import org.jspecify.annotations.Nullable;

/** Which task forms a mechanism is built for. */
final class FormChecks {
    private FormChecks() {}

    static void forms(Subject<?> subject, TensorBackend backend) {
        MemoryStatistics before = backend.memory();
        boolean declared = subject.tried().refusedForms().contains(subject.form());
        MnemeException refusal = refusal(subject, backend);
        if (refusal == null && declared) {
            throw new AssertionError("the test declares form " + subject.form() + " as refused, and create builds it");
        }
        if (refusal != null && !declared) {
            throw new AssertionError(
                    "create refuses form " + subject.form() + ", and the test does not declare it: "
                            + refusal.getMessage(),
                    refusal);
        }
        if (!backend.memory().equals(before)) {
            throw new AssertionError("create leaves " + (backend.memory().liveTensors() - before.liveTensors())
                    + " tensors behind when it refuses a form");
        }
    }

    private static @Nullable MnemeException refusal(Subject<?> subject, TensorBackend backend) {
        try {
            subject.create(backend, Subject.SEED).close();
            return null;
        } catch (MnemeException e) {
            if (e.code() == ErrorCode.CONFIG_INVALID) {
                return e;
            }
            throw new AssertionError(
                    "create fails for form " + subject.form() + " with " + e.code() + ", expected a mechanism or "
                            + ErrorCode.CONFIG_INVALID + ": " + e.getMessage(),
                    e);
        }
    }
}
