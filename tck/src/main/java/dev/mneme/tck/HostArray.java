package dev.mneme.tck;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.util.concurrent.atomic.AtomicBoolean;

/** A dense row-major array on the Java heap. Floating types hold doubles, I64 and BOOL (0 or 1) hold longs. */
public final class HostArray {
    private final Shape shape;
    private final DType dtype;
    private final double[] numbers;
    private final long[] integers;
    private final AtomicBoolean released = new AtomicBoolean();

    private HostArray(Shape shape, DType dtype, double[] numbers, long[] integers) {
        this.shape = shape;
        this.dtype = dtype;
        this.numbers = numbers;
        this.integers = integers;
    }

    /** An array of zeros. */
    public static HostArray allocate(Shape shape, DType dtype) {
        int size = Math.toIntExact(shape.elements());
        return dtype.isFloating()
                ? new HostArray(shape, dtype, new double[size], new long[0])
                : new HostArray(shape, dtype, new double[0], new long[size]);
    }

    /** Elements of {@code source} at the given cells, in the given order. */
    static HostArray pick(HostArray source, Shape shape, int[] cells) {
        HostArray result = allocate(shape, source.dtype);
        for (int i = 0; i < cells.length; i++) {
            result.copyCell(i, source, cells[i]);
        }
        return result;
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return dtype;
    }

    /** Number of elements. */
    public int size() {
        return dtype.isFloating() ? numbers.length : integers.length;
    }

    /** An element of any type, in row-major order. */
    public double number(int cell) {
        checkLive();
        return dtype.isFloating() ? numbers[cell] : integers[cell];
    }

    /** An element of I64, exactly. */
    public long integer(int cell) {
        checkLive();
        return dtype.isFloating() ? (long) numbers[cell] : integers[cell];
    }

    /** An element of BOOL. */
    public boolean truth(int cell) {
        return number(cell) != 0;
    }

    /** Rounds to the element type. */
    public void setNumber(int cell, double value) {
        checkLive();
        switch (dtype) {
            case F32 -> numbers[cell] = (float) value;
            case BOOL -> integers[cell] = value != 0 ? 1 : 0;
            case I64 -> integers[cell] = (long) value;
            default -> numbers[cell] = value;
        }
    }

    /** Overwrites an element of I64, exactly. */
    public void setInteger(int cell, long value) {
        checkLive();
        integers[cell] = value;
    }

    void copyCell(int cell, HostArray source, int from) {
        if (dtype.isFloating()) {
            setNumber(cell, source.number(from));
        } else {
            setInteger(cell, source.integer(from));
        }
    }

    /** Adds in the precision of the element type's Java counterpart. */
    void addCell(int cell, HostArray source, int from) {
        if (dtype.isFloating()) {
            setNumber(cell, number(cell) + source.number(from));
        } else {
            setInteger(cell, integer(cell) + source.integer(from));
        }
    }

    void release() {
        if (!released.compareAndSet(false, true)) {
            throw new IllegalStateException("an array of shape " + shape + " was released twice");
        }
    }

    // The heap would forgive what native memory does not: a use after release must fail here, too.
    private void checkLive() {
        if (released.get()) {
            throw new IllegalStateException("an array of shape " + shape + " was used after its release");
        }
    }
}
