package dev.mneme.tck.memory;

import dev.mneme.tensor.TensorBackend;

/** What is asked of one case in one form on one engine; fails with an error that says what was seen. */
@FunctionalInterface
interface ModelCheck {
    void run(Subject<?> subject, TensorBackend backend) throws Exception;
}
