package dev.mneme.tensor.tape;

import java.util.Locale;

/**
 * Element-wise operations of two arrays of one element type, whose shapes are broadcast together. Arithmetic keeps the
 * element type; comparisons and logic give BOOL.
 */
public enum Binary {
    /** Floating types and I64, as all arithmetic but {@link #DIV}. */
    ADD,
    SUB,
    MUL,
    /** Floating types. */
    DIV,
    /** The larger element. */
    MAX,
    /** The smaller element. */
    MIN,
    /** Whether both are equal; all element types. NaN equals nothing. */
    EQ,
    /** Whether the first is smaller; floating types and I64. */
    LT,
    /** Whether the first is not larger; floating types and I64. */
    LE,
    /** BOOL. */
    AND,
    /** BOOL. */
    OR;

    /** The operation's method in {@link dev.mneme.tensor.Tensor}, for messages. */
    String method() {
        return switch (this) {
            case MAX -> "maximum";
            case MIN -> "minimum";
            case AND -> "logicalAnd";
            case OR -> "logicalOr";
            default -> name().toLowerCase(Locale.ROOT);
        };
    }
}
