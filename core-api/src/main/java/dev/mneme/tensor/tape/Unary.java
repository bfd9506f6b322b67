package dev.mneme.tensor.tape;

import java.util.Locale;

/** Element-wise operations of one array; the result has the argument's shape and element type. */
public enum Unary {
    /** Floating types and I64. */
    NEG,
    /** Floating types and I64. */
    ABS,
    /** Floating types, as all that follow but {@link #NOT}. */
    EXP,
    /** Natural logarithm: -infinity at 0, NaN below. */
    LOG,
    /** NaN below 0. */
    SQRT,
    SIN,
    COS,
    TANH,
    /** {@code 1 / (1 + exp(-x))}, without overflow. */
    SIGMOID,
    /** Gauss error function. */
    ERF,
    /** {@code max(x, 0)}. */
    RELU,
    /** BOOL. */
    NOT;

    /** The operation's method in {@link dev.mneme.tensor.Tensor}, for messages. */
    String method() {
        return this == NOT ? "logicalNot" : name().toLowerCase(Locale.ROOT);
    }
}
