package dev.mneme.tck;

import dev.mneme.tensor.DType;

/** How far an engine may be from the expected value, relative to the larger of 1 and that value. */
final class Tolerances {
    /** Rounding errors of central differences with steps of 1e-5 stay below. */
    static final double CENTRAL_DIFFERENCES = 1e-6;

    private Tolerances() {}

    static double values(DType dtype) {
        return dtype == DType.F64 ? 1e-10 : 1e-4;
    }
}
