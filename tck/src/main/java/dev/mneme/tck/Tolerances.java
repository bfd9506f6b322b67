package dev.mneme.tck;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Precision;

/** How far an engine may be from the expected value, relative to the larger of 1 and that value. */
final class Tolerances {
    /** Rounding errors of central differences with steps of 1e-5 stay below. */
    static final double CENTRAL_DIFFERENCES = 1e-6;

    private Tolerances() {}

    static double values(DType dtype) {
        return dtype == DType.F64 ? 1e-10 : values(Precision.F32);
    }

    /**
     * For F32 tensors at a precision. Operands lose up to half a unit of their last digit, which is 2^-11 for TF32 and
     * 2^-8 for brain floats; the cases of the contract add up to about ten products, and gradients chain two or three.
     */
    static double values(Precision precision) {
        return switch (precision) {
            case F32 -> 1e-4;
            case TF32 -> 6e-3;
            case BF16 -> 5e-2;
        };
    }
}
