package dev.mneme.backend.nd4j;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.tape.Binary;
import dev.mneme.tensor.tape.Unary;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.indexer.ByteIndexer;
import org.nd4j.linalg.api.ops.BaseTransformOp;
import org.nd4j.linalg.api.ops.impl.scalar.Pow;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarAdd;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMultiplication;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;

/** Operations that treat every element alike. */
final class ElementKernels {
    private static final BaseTransformOp NEG = new Negative();
    private static final BaseTransformOp ABS = new Abs();
    private static final BaseTransformOp EXP = new Exp();
    private static final BaseTransformOp LOG = new Log();
    private static final BaseTransformOp SQRT = new Sqrt();
    private static final BaseTransformOp SIN = new Sin();
    private static final BaseTransformOp COS = new Cos();
    private static final BaseTransformOp TANH = new Tanh();
    private static final BaseTransformOp SIGMOID = new Sigmoid();
    private static final BaseTransformOp ERF = new Erf();
    private static final ScalarAdd ADD = new ScalarAdd();
    private static final ScalarMultiplication MULTIPLY = new ScalarMultiplication();
    private static final RectifiedLinear RELU = new RectifiedLinear();
    private static final Pow POW = new Pow();

    private final Libnd4j library;

    ElementKernels(Libnd4j library) {
        this.library = library;
    }

    // ---- filling and copying ----

    Nd4jArray full(Shape shape, double value, DType dtype) {
        return make(shape, dtype, out -> {
            Libnd4j.set(out, value);
            // Doubles the filled part until it is all.
            long bytes = out.bytes();
            for (long filled = dtype.bytes(); filled < bytes; filled *= 2) {
                Pointer.memcpy(
                        new BytePointer(out.data()).position(filled), out.data(), Math.min(filled, bytes - filled));
            }
        });
    }

    Nd4jArray copy(Nd4jArray x) {
        return make(x.shape(), x.dtype(), out -> copyInto(out, x));
    }

    void copyInto(Nd4jArray target, Nd4jArray source) {
        if (!target.isEmpty()) {
            Pointer.memmove(target.data(), source.data(), target.bytes());
        }
    }

    // ---- one operand ----

    Nd4jArray unary(Unary operation, Nd4jArray x) {
        return make(x.shape(), x.dtype(), out -> {
            switch (operation) {
                case NEG -> library.transform(NEG, x, out);
                case ABS -> library.transform(ABS, x, out);
                case EXP -> library.transform(EXP, x, out);
                case LOG -> library.transform(LOG, x, out);
                case SQRT -> library.transform(SQRT, x, out);
                case SIN -> library.transform(SIN, x, out);
                case COS -> library.transform(COS, x, out);
                case TANH -> tanh(x, out);
                case SIGMOID -> library.transform(SIGMOID, x, out);
                case ERF -> library.transform(ERF, x, out);
                case RELU -> library.scalar(RELU, x, 0, out);
                case NOT -> library.custom("boolean_not", out, x);
            }
        });
    }

    /** The library computes tanh from exponentials, which leaves few digits of small F32 arguments. */
    private void tanh(Nd4jArray x, Nd4jArray out) {
        if (x.dtype() == DType.F64) {
            library.transform(TANH, x, out);
            return;
        }
        Nd4jArray wide = cast(x, DType.F64);
        try {
            library.transform(TANH, wide, wide);
            castInto(wide, out);
        } finally {
            library.release(wide);
        }
    }

    Nd4jArray pow(Nd4jArray x, double exponent) {
        return make(x.shape(), x.dtype(), out -> {
            if (exponent == 2) {
                library.custom("multiply", out, x, x);
            } else if (exponent == 0.5) {
                library.transform(SQRT, x, out);
            } else if (exponent == -0.5) {
                library.transform(SQRT, x, out);
                invert(out);
            } else if (exponent == -1) {
                copyInto(out, x);
                invert(out);
            } else {
                library.scalar(POW, x, exponent, out);
            }
        });
    }

    private void invert(Nd4jArray x) {
        Nd4jArray one = full(Shape.scalar(), 1, x.dtype());
        try {
            library.custom("divide", x, one, x);
        } finally {
            library.release(one);
        }
    }

    Nd4jArray affine(Nd4jArray x, double factor, double summand) {
        return make(x.shape(), x.dtype(), out -> {
            if (factor == 1 && summand == 0) {
                copyInto(out, x);
            } else if (factor == 1) {
                library.scalar(ADD, x, summand, out);
            } else {
                library.scalar(MULTIPLY, x, factor, out);
                if (summand != 0) {
                    library.scalar(ADD, out, summand, out);
                }
            }
        });
    }

    Nd4jArray cast(Nd4jArray x, DType dtype) {
        return make(x.shape(), dtype, out -> castInto(x, out));
    }

    private void castInto(Nd4jArray x, Nd4jArray out) {
        if (x.dtype() == out.dtype()) {
            copyInto(out, x);
        } else {
            library.custom("cast", new long[] {Libnd4j.typeOf(out.dtype()).toInt()}, out, x);
        }
    }

    /** A declarable operation on every run along a dimension. */
    Nd4jArray along(String operation, Nd4jArray x, int dim) {
        return make(x.shape(), x.dtype(), out -> library.custom(operation, new long[] {dim}, out, x));
    }

    // ---- several operands ----

    Nd4jArray binary(Binary operation, Nd4jArray a, Nd4jArray b) {
        if (a.dtype().isFloating() && (operation == Binary.MAX || operation == Binary.MIN)) {
            return extreme(operation == Binary.MAX, a, b);
        }
        boolean arithmetic = switch (operation) {
            case ADD, SUB, MUL, DIV, MAX, MIN -> true;
            case EQ, LT, LE, AND, OR -> false;
        };
        return make(
                a.shape().broadcast(b.shape()),
                arithmetic ? a.dtype() : DType.BOOL,
                out -> library.custom(nameOf(operation), out, a, b));
    }

    /** In Java: the library's maximum and minimum may pass over NaN, which would hide a failed training step. */
    private Nd4jArray extreme(boolean larger, Nd4jArray a, Nd4jArray b) {
        Shape shape = a.shape().broadcast(b.shape());
        return make(shape, a.dtype(), out -> {
            long[] sizes = shape.toArray();
            StridedLoop loop = new StridedLoop(
                    sizes,
                    Strides.dense(sizes),
                    Strides.broadcast(a.shape(), shape),
                    Strides.broadcast(b.shape(), shape));
            Numbers to = Numbers.of(out);
            Numbers left = Numbers.of(a);
            Numbers right = Numbers.of(b);
            loop.forEachRun(at -> to.extreme(
                    larger, at[0], left, at[1], loop.runStride(1), right, at[2], loop.runStride(2), loop.runLength()));
        });
    }

    private static String nameOf(Binary operation) {
        return switch (operation) {
            case ADD -> "add";
            case SUB -> "subtract";
            case MUL -> "multiply";
            case DIV -> "divide";
            case MAX -> "maximum";
            case MIN -> "minimum";
            case EQ -> "equals";
            case LT -> "less";
            case LE -> "less_equal";
            case AND -> "boolean_and";
            case OR -> "boolean_or";
        };
    }

    /** In Java: the library's select does not broadcast and takes 100 ns per element. */
    Nd4jArray where(Nd4jArray condition, Nd4jArray ifTrue, Nd4jArray ifFalse) {
        Shape shape = condition.shape().broadcast(ifTrue.shape()).broadcast(ifFalse.shape());
        return make(shape, ifTrue.dtype(), out -> {
            long[] sizes = shape.toArray();
            StridedLoop loop = new StridedLoop(
                    sizes,
                    Strides.dense(sizes),
                    Strides.broadcast(condition.shape(), shape),
                    Strides.broadcast(ifTrue.shape(), shape),
                    Strides.broadcast(ifFalse.shape(), shape));
            Cells to = Cells.of(out);
            ByteIndexer truths = Cells.truths(condition);
            Cells a = Cells.of(ifTrue);
            Cells b = Cells.of(ifFalse);
            loop.forEachRun(at -> to.choose(
                    at[0],
                    truths,
                    at[1],
                    loop.runStride(1),
                    a,
                    at[2],
                    loop.runStride(2),
                    b,
                    at[3],
                    loop.runStride(3),
                    loop.runLength()));
        });
    }

    /** Allocates a result and fills it, unless it is empty; a failure releases it. */
    Nd4jArray make(Shape shape, DType dtype, Consumer<Nd4jArray> fill) {
        Nd4jArray out = library.allocate(shape, dtype);
        if (out.isEmpty()) {
            return out;
        }
        try {
            fill.accept(out);
            return out;
        } catch (RuntimeException e) {
            library.release(out);
            throw e;
        }
    }
}
