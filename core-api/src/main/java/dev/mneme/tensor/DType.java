package dev.mneme.tensor;

/** Element types of a tensor. */
public enum DType {
    /** 32-bit float, the default of training and inference. */
    F32(4, true),
    /** 64-bit float, for tests and for factors computed once. */
    F64(8, true),
    /** Brain float, 8 exponent and 7 mantissa bits; where the engine has it. */
    BF16(2, true),
    /** IEEE half; where the engine has it. */
    F16(2, true),
    /** 64-bit signed integer: token ids and indices. */
    I64(8, false),
    /** Truth value: masks, where true means "may attend" or "is valid". */
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    DType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** Bytes of one element in a dense native buffer. */
    public int bytes() {
        return bytes;
    }

    /** Whether gradients can flow through tensors of this type. */
    public boolean isFloating() {
        return floating;
    }
}
