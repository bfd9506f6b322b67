package dev.mneme.tck;

import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.tape.TapeBackend;

/**
 * An engine in plain Java: sequential double arithmetic, F32 results rounded to float. Slow and obvious; it needs no
 * native library and serves as arbiter between engines.
 */
public final class ReferenceBackend {
    private ReferenceBackend() {}

    /** A new engine; the caller closes it. */
    public static TensorBackend open() {
        return new TapeBackend<>(new ReferenceKernels());
    }
}
