package dev.mneme.tensor.tape;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.EnumSet;
import java.util.Set;

/** Element-wise operations and their derivatives. */
final class Elementwise {
    private static final Set<Unary> ON_INTEGERS = EnumSet.of(Unary.NEG, Unary.ABS);
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);

    private Elementwise() {}

    static <A> TapeTensor<A> unary(TapeTensor<A> x, Unary operation) {
        String name = operation.method();
        A array = x.array(name);
        if (operation == Unary.NOT) {
            Checks.type(name, DType.BOOL, x);
        } else if (ON_INTEGERS.contains(operation)) {
            Checks.numeric(name, x);
        } else {
            Checks.floating(name, x);
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.compute(name, () -> tape.kernels().unary(operation, array), x);
        return tape.record(name, result, unaryEdge(x, operation, result));
    }

    private static <A> Edge.Candidate<A> unaryEdge(TapeTensor<A> operand, Unary operation, Storage<A> result) {
        Storage<A> input = operand.storage();
        A x = input.array;
        A y = result.array;
        return switch (operation) {
            case NEG -> Edge.to(operand, (w, g) -> w.neg(g));
            case ABS -> Edge.to(operand, (w, g) -> w.mul(g, sign(w, x)), input);
            case EXP -> Edge.to(operand, (w, g) -> w.mul(g, y), result);
            case LOG -> Edge.to(operand, (w, g) -> w.div(g, x), input);
            case SQRT -> Edge.to(operand, (w, g) -> w.div(w.affine(g, 0.5, 0), y), result);
            case SIN -> Edge.to(operand, (w, g) -> w.mul(g, w.unary(Unary.COS, x)), input);
            case COS -> Edge.to(operand, (w, g) -> w.neg(w.mul(g, w.unary(Unary.SIN, x))), input);
            case TANH -> Edge.to(operand, (w, g) -> w.mul(g, w.affine(w.mul(y, y), -1, 1)), result);
            case SIGMOID -> Edge.to(operand, (w, g) -> w.mul(g, w.mul(y, w.affine(y, -1, 1))), result);
            case ERF ->
                Edge.to(operand, (w, g) -> w.mul(g, w.affine(w.exp(w.neg(w.mul(x, x))), TWO_OVER_ROOT_PI, 0)), input);
            case RELU -> Edge.to(operand, (w, g) -> w.mul(g, sign(w, y)), result);
            case NOT -> Edge.to(operand, (w, g) -> g);
        };
    }

    private static <A> A sign(Workspace<A> w, A x) {
        A zero = w.zero(w.dtype(x));
        A positive = w.cast(w.binary(Binary.LT, zero, x), w.dtype(x));
        return w.sub(positive, w.cast(w.binary(Binary.LT, x, zero), w.dtype(x)));
    }

    static <A> TapeTensor<A> pow(TapeTensor<A> operand, double exponent) {
        A x = operand.array("pow");
        Checks.floating("pow", operand);
        TapeBackend<A> tape = operand.backend();
        Storage<A> result = tape.compute("pow", () -> tape.kernels().pow(x, exponent), operand);
        // Apart for 0, where the general formula gives 0 * infinity at 0.
        Pullback<A> pullback = exponent == 0
                ? (w, g) -> w.affine(g, 0, 0)
                : (w, g) -> w.mul(g, w.affine(w.pow(x, exponent - 1), exponent, 0));
        return tape.record("pow", result, Edge.to(operand, pullback, operand.storage()));
    }

    static <A> TapeTensor<A> affine(String name, TapeTensor<A> x, double factor, double summand) {
        A array = x.array(name);
        Checks.numeric(name, x);
        if (x.dtype() == DType.I64 && (factor != Math.rint(factor) || summand != Math.rint(summand))) {
            throw Checks.typeMismatch(
                    name, "a whole number for a tensor of I64", name.equals("add") ? summand : factor, x);
        }
        TapeBackend<A> tape = x.backend();
        Storage<A> result = tape.compute(name, () -> tape.kernels().affine(array, factor, summand), x);
        Pullback<A> pullback = factor == 1 ? (w, g) -> g : (w, g) -> w.affine(g, factor, 0);
        return tape.record(name, result, Edge.to(x, pullback));
    }

    static <A> TapeTensor<A> binary(TapeTensor<A> a, Binary operation, TapeTensor<A> b) {
        String name = operation.method();
        A first = a.array(name);
        A second = b.array(name);
        Checks.sameType(name, a, b);
        switch (operation) {
            case DIV -> Checks.floating(name, a);
            case AND, OR -> Checks.type(name, DType.BOOL, a);
            case EQ -> {}
            default -> Checks.numeric(name, a);
        }
        Checks.broadcast(name, a.shape(), b.shape());
        TapeBackend<A> tape = a.backend();
        Storage<A> result = tape.compute(name, () -> tape.kernels().binary(operation, first, second), a, b);
        return switch (operation) {
            case ADD -> tape.record(name, result, unbroadcast(a, (w, g) -> g), unbroadcast(b, (w, g) -> g));
            case SUB -> tape.record(name, result, unbroadcast(a, (w, g) -> g), unbroadcast(b, (w, g) -> w.neg(g)));
            case MUL ->
                tape.record(
                        name,
                        result,
                        unbroadcast(a, (w, g) -> w.mul(g, second), b.storage()),
                        unbroadcast(b, (w, g) -> w.mul(g, first), a.storage()));
            case DIV ->
                tape.record(
                        name,
                        result,
                        unbroadcast(a, (w, g) -> w.div(g, second), b.storage()),
                        unbroadcast(b, (w, g) -> w.neg(w.div(w.mul(g, result.array), second)), result, b.storage()));
            case MAX ->
                tape.record(
                        name,
                        result,
                        unbroadcast(a, (w, g) -> w.mul(g, preference(w, second, first)), a.storage(), b.storage()),
                        unbroadcast(b, (w, g) -> w.mul(g, preference(w, first, second)), a.storage(), b.storage()));
            case MIN ->
                tape.record(
                        name,
                        result,
                        unbroadcast(a, (w, g) -> w.mul(g, preference(w, first, second)), a.storage(), b.storage()),
                        unbroadcast(b, (w, g) -> w.mul(g, preference(w, second, first)), a.storage(), b.storage()));
            case EQ, LT, LE, AND, OR -> tape.record(name, result);
        };
    }

    /** 1 where {@code smaller < larger}, a half where they are equal, else 0. */
    private static <A> A preference(Workspace<A> w, A smaller, A larger) {
        DType dtype = w.dtype(smaller);
        A strictly = w.cast(w.binary(Binary.LT, smaller, larger), dtype);
        A weakly = w.cast(w.binary(Binary.LE, smaller, larger), dtype);
        return w.affine(w.add(strictly, weakly), 0.5, 0);
    }

    static <A> TapeTensor<A> where(TapeTensor<A> condition, TapeTensor<A> ifTrue, TapeTensor<A> ifFalse) {
        A mask = condition.array("where");
        A first = ifTrue.array("where");
        A second = ifFalse.array("where");
        Checks.type("where", DType.BOOL, condition);
        Checks.sameType("where", ifTrue, ifFalse);
        Shape values = Checks.broadcast("where", ifTrue.shape(), ifFalse.shape());
        Checks.broadcast("where", condition.shape(), values);
        TapeBackend<A> tape = condition.backend();
        Storage<A> result =
                tape.compute("where", () -> tape.kernels().where(mask, first, second), condition, ifTrue, ifFalse);
        return tape.record(
                "where",
                result,
                unbroadcast(ifTrue, (w, g) -> w.where(mask, g, w.zero(w.dtype(g))), condition.storage()),
                unbroadcast(ifFalse, (w, g) -> w.where(mask, w.zero(w.dtype(g)), g), condition.storage()));
    }

    /** An edge to an operand that was broadcast; the pullback may give the broadcast shape. */
    @SafeVarargs
    // The array of varargs is only read.
    @SuppressWarnings("varargs")
    private static <A> Edge.Candidate<A> unbroadcast(TapeTensor<A> operand, Pullback<A> pullback, Storage<A>... saved) {
        Shape shape = operand.shape();
        return Edge.to(operand, (w, g) -> w.unbroadcast(pullback.apply(w, g), shape), saved);
    }

    static <A> TapeTensor<A> cast(TapeTensor<A> x, DType dtype) {
        A array = x.array("to");
        TapeBackend<A> tape = x.backend();
        if (!tape.supports(dtype)) {
            throw Checks.typeMismatch("to", "an element type of this engine", dtype);
        }
        if (x.dtype() == dtype) {
            return tape.another(x);
        }
        Storage<A> result = tape.compute("to", () -> tape.kernels().cast(array, dtype), x);
        DType from = x.dtype();
        return dtype.isFloating()
                ? tape.record("to", result, Edge.to(x, (w, g) -> w.cast(g, from)))
                : tape.record("to", result);
    }
}
