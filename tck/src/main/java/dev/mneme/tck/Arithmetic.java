package dev.mneme.tck;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.tape.Binary;

/** Binary operations of two elements; truth values are 0 and 1. */
final class Arithmetic {
    private Arithmetic() {}

    static DType resultType(Binary operation, DType operands) {
        return switch (operation) {
            case ADD, SUB, MUL, DIV, MAX, MIN -> operands;
            case EQ, LT, LE, AND, OR -> DType.BOOL;
        };
    }

    static double onNumbers(Binary operation, double a, double b) {
        return switch (operation) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> a == b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case OR -> a != 0 || b != 0 ? 1 : 0;
        };
    }

    static long onIntegers(Binary operation, long a, long b) {
        return switch (operation) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case EQ -> a == b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            case AND -> a & b;
            case OR -> a | b;
        };
    }
}
