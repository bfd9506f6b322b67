package dev.mneme.tck;

import dev.mneme.tck.Cells.Axis;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.tape.ArrayKernels;
import dev.mneme.tensor.tape.Binary;
import dev.mneme.tensor.tape.Unary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Every kernel as its definition reads. Not final: an engine may begin with it and replace kernels one by one, with the
 * contract green all the while.
 */
public class ReferenceKernels implements ArrayKernels<HostArray> {

    @Override
    public EngineInfo info() {
        return new EngineInfo(
                "reference", System.getProperty("java.version"), "cpu", 1, Map.of("arithmetic", "Java double"));
    }

    @Override
    public boolean supports(DType dtype) {
        return dtype == DType.F32 || dtype == DType.F64 || dtype == DType.I64 || dtype == DType.BOOL;
    }

    @Override
    public void close() {
        // Arrays live on the heap; the engine holds nothing.
    }

    @Override
    public Shape shape(HostArray x) {
        return x.shape();
    }

    @Override
    public DType dtype(HostArray x) {
        return x.dtype();
    }

    @Override
    public long bytes(HostArray x) {
        return (long) x.size() * x.dtype().bytes();
    }

    @Override
    public void release(HostArray x) {
        x.release();
    }

    // ---- creation ----

    @Override
    public HostArray full(Shape shape, double value, DType dtype) {
        HostArray result = HostArray.allocate(shape, dtype);
        for (int i = 0; i < result.size(); i++) {
            result.setNumber(i, value);
        }
        return result;
    }

    @Override
    public HostArray fromDoubles(double[] values, Shape shape, DType dtype) {
        HostArray result = HostArray.allocate(shape, dtype);
        for (int i = 0; i < values.length; i++) {
            result.setNumber(i, values[i]);
        }
        return result;
    }

    @Override
    public HostArray fromFloats(float[] values, Shape shape) {
        HostArray result = HostArray.allocate(shape, DType.F32);
        for (int i = 0; i < values.length; i++) {
            result.setNumber(i, values[i]);
        }
        return result;
    }

    @Override
    public HostArray fromLongs(long[] values, Shape shape) {
        HostArray result = HostArray.allocate(shape, DType.I64);
        for (int i = 0; i < values.length; i++) {
            result.setInteger(i, values[i]);
        }
        return result;
    }

    @Override
    public HostArray fromBooleans(boolean[] values, Shape shape) {
        HostArray result = HostArray.allocate(shape, DType.BOOL);
        for (int i = 0; i < values.length; i++) {
            result.setInteger(i, values[i] ? 1 : 0);
        }
        return result;
    }

    @Override
    public HostArray arange(long start, long end) {
        HostArray result = HostArray.allocate(Shape.of(end - start), DType.I64);
        for (int i = 0; i < result.size(); i++) {
            result.setInteger(i, start + i);
        }
        return result;
    }

    @Override
    public HostArray uniform(Shape shape, DType dtype, long key) {
        SplittableRandom random = new SplittableRandom(key);
        HostArray result = HostArray.allocate(shape, dtype);
        for (int i = 0; i < result.size(); i++) {
            // 24 bits survive the rounding to float, so that it cannot reach 1.
            result.setNumber(i, dtype == DType.F32 ? random.nextInt(1 << 24) * 0x1p-24 : random.nextDouble());
        }
        return result;
    }

    @Override
    public HostArray normal(Shape shape, DType dtype, long key) {
        SplittableRandom random = new SplittableRandom(key);
        HostArray result = HostArray.allocate(shape, dtype);
        for (int i = 0; i < result.size(); i++) {
            result.setNumber(i, random.nextGaussian());
        }
        return result;
    }

    // ---- to the host ----

    @Override
    public double[] toDoubles(HostArray x) {
        return IntStream.range(0, x.size()).mapToDouble(x::number).toArray();
    }

    @Override
    public float[] toFloats(HostArray x) {
        float[] values = new float[x.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) x.number(i);
        }
        return values;
    }

    @Override
    public long[] toLongs(HostArray x) {
        return IntStream.range(0, x.size()).mapToLong(x::integer).toArray();
    }

    @Override
    public boolean[] toBooleans(HostArray x) {
        boolean[] values = new boolean[x.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = x.truth(i);
        }
        return values;
    }

    // ---- element-wise ----

    @Override
    public HostArray unary(Unary operation, HostArray x) {
        if (x.dtype() == DType.I64) {
            return integerUnary(operation, x);
        }
        return switch (operation) {
            case NEG -> map(x, value -> -value);
            case ABS -> map(x, Math::abs);
            case EXP -> map(x, Math::exp);
            case LOG -> map(x, Math::log);
            case SQRT -> map(x, Math::sqrt);
            case SIN -> map(x, Math::sin);
            case COS -> map(x, Math::cos);
            case TANH -> map(x, Math::tanh);
            case SIGMOID -> map(x, value -> 1 / (1 + Math.exp(-value)));
            case ERF -> map(x, ErrorFunction::of);
            case RELU -> map(x, value -> Math.max(value, 0));
            case NOT -> map(x, value -> value == 0 ? 1 : 0);
        };
    }

    private static HostArray integerUnary(Unary operation, HostArray x) {
        HostArray result = HostArray.allocate(x.shape(), DType.I64);
        for (int i = 0; i < x.size(); i++) {
            long value = x.integer(i);
            result.setInteger(i, operation == Unary.NEG ? -value : Math.abs(value));
        }
        return result;
    }

    @Override
    public HostArray pow(HostArray x, double exponent) {
        return map(x, value -> Math.pow(value, exponent));
    }

    @Override
    public HostArray affine(HostArray x, double factor, double summand) {
        if (x.dtype() == DType.I64) {
            HostArray result = HostArray.allocate(x.shape(), DType.I64);
            for (int i = 0; i < x.size(); i++) {
                result.setInteger(i, x.integer(i) * (long) factor + (long) summand);
            }
            return result;
        }
        return map(x, value -> value * factor + summand);
    }

    private static HostArray map(HostArray x, DoubleUnaryOperator function) {
        HostArray result = HostArray.allocate(x.shape(), x.dtype());
        for (int i = 0; i < x.size(); i++) {
            result.setNumber(i, function.applyAsDouble(x.number(i)));
        }
        return result;
    }

    @Override
    public HostArray binary(Binary operation, HostArray a, HostArray b) {
        Shape shape = a.shape().broadcast(b.shape());
        int[] first = Cells.broadcast(a.shape(), shape);
        int[] second = Cells.broadcast(b.shape(), shape);
        boolean integers = a.dtype() == DType.I64;
        HostArray result = HostArray.allocate(shape, Arithmetic.resultType(operation, a.dtype()));
        for (int i = 0; i < result.size(); i++) {
            if (integers) {
                result.setInteger(i, Arithmetic.onIntegers(operation, a.integer(first[i]), b.integer(second[i])));
            } else {
                result.setNumber(i, Arithmetic.onNumbers(operation, a.number(first[i]), b.number(second[i])));
            }
        }
        return result;
    }

    @Override
    public HostArray where(HostArray condition, HostArray ifTrue, HostArray ifFalse) {
        Shape shape = condition.shape().broadcast(ifTrue.shape()).broadcast(ifFalse.shape());
        int[] mask = Cells.broadcast(condition.shape(), shape);
        int[] first = Cells.broadcast(ifTrue.shape(), shape);
        int[] second = Cells.broadcast(ifFalse.shape(), shape);
        HostArray result = HostArray.allocate(shape, ifTrue.dtype());
        for (int i = 0; i < result.size(); i++) {
            boolean chosen = condition.truth(mask[i]);
            result.copyCell(i, chosen ? ifTrue : ifFalse, chosen ? first[i] : second[i]);
        }
        return result;
    }

    @Override
    public HostArray cast(HostArray x, DType dtype) {
        HostArray result = HostArray.allocate(x.shape(), dtype);
        for (int i = 0; i < x.size(); i++) {
            result.setNumber(i, x.number(i));
        }
        return result;
    }

    // ---- reductions ----

    @Override
    public HostArray sum(HostArray x, boolean keepDim, int... dims) {
        Shape kept = x.shape();
        for (int dim : dims) {
            kept = kept.with(dim, 1);
        }
        int[] target = Cells.broadcast(kept, x.shape());
        double[] numbers = new double[Math.toIntExact(kept.elements())];
        long[] integers = new long[numbers.length];
        for (int i = 0; i < x.size(); i++) {
            numbers[target[i]] += x.number(i);
            integers[target[i]] += x.integer(i);
        }
        Shape shape = keepDim ? kept : without(x.shape(), dims);
        return x.dtype().isFloating() ? fromDoubles(numbers, shape, x.dtype()) : fromLongs(integers, shape);
    }

    private static Shape without(Shape shape, int... dims) {
        Shape rest = shape;
        for (int i = dims.length - 1; i >= 0; i--) {
            rest = rest.without(dims[i]);
        }
        return rest;
    }

    @Override
    public HostArray max(HostArray x, int dim, boolean keepDim) {
        return HostArray.pick(x, reduced(x.shape(), dim, keepDim), Selection.largest(x, dim));
    }

    @Override
    public HostArray argmax(HostArray x, int dim, boolean keepDim) {
        Axis axis = Axis.of(x.shape(), dim);
        int[] cells = Selection.largest(x, dim);
        HostArray result = HostArray.allocate(reduced(x.shape(), dim, keepDim), DType.I64);
        for (int i = 0; i < cells.length; i++) {
            result.setInteger(i, cells[i] / axis.inner() % axis.size());
        }
        return result;
    }

    private static Shape reduced(Shape shape, int dim, boolean keepDim) {
        return keepDim ? shape.with(dim, 1) : shape.without(dim);
    }

    @Override
    public HostArray cumsum(HostArray x, int dim, boolean reverse) {
        Axis axis = Axis.of(x.shape(), dim);
        HostArray result = HostArray.allocate(x.shape(), x.dtype());
        int step = reverse ? -1 : 1;
        for (int line = 0; line < axis.outer() * axis.inner(); line++) {
            for (int count = 0; count < axis.size(); count++) {
                int position = reverse ? axis.size() - 1 - count : count;
                int cell = axis.cell(line / axis.inner(), position, line % axis.inner());
                result.copyCell(cell, x, cell);
                if (count > 0) {
                    result.addCell(cell, result, cell - step * axis.inner());
                }
            }
        }
        return result;
    }

    @Override
    public Largest<HostArray> topk(HostArray x, int k, int dim) {
        Axis axis = Axis.of(x.shape(), dim);
        Shape shape = x.shape().with(dim, k);
        Axis target = Axis.of(shape, dim);
        HostArray values = HostArray.allocate(shape, x.dtype());
        HostArray indices = HostArray.allocate(shape, DType.I64);
        for (int line = 0; line < axis.outer() * axis.inner(); line++) {
            int before = line / axis.inner();
            int after = line % axis.inner();
            List<Integer> descending = IntStream.range(0, axis.size())
                    .boxed()
                    .sorted(Comparator.comparing(
                            position -> axis.cell(before, position, after), (a, b) -> Selection.compare(x, b, a)))
                    .toList();
            for (int i = 0; i < k; i++) {
                int cell = target.cell(before, i, after);
                values.copyCell(cell, x, axis.cell(before, descending.get(i), after));
                indices.setInteger(cell, descending.get(i));
            }
        }
        return new Largest<>(values, indices);
    }

    // ---- shape ----

    @Override
    public HostArray reshape(HostArray x, Shape shape) {
        return HostArray.pick(x, shape, IntStream.range(0, x.size()).toArray());
    }

    @Override
    public HostArray permute(HostArray x, int... dims) {
        return permuted(x, dims);
    }

    private static HostArray permuted(HostArray x, int... dims) {
        int[] own = Cells.strides(x.shape());
        int[] strides = new int[dims.length];
        long[] sizes = new long[dims.length];
        for (int i = 0; i < dims.length; i++) {
            strides[i] = own[dims[i]];
            sizes[i] = x.shape().size(dims[i]);
        }
        Shape shape = Shape.of(sizes);
        return HostArray.pick(x, shape, Cells.walk(shape, strides, 0));
    }

    @Override
    public HostArray expand(HostArray x, Shape shape) {
        return HostArray.pick(x, shape, Cells.broadcast(x.shape(), shape));
    }

    @Override
    public HostArray slice(HostArray x, int dim, long start, long end) {
        int[] strides = Cells.strides(x.shape());
        Shape shape = x.shape().with(dim, end - start);
        return HostArray.pick(x, shape, Cells.walk(shape, strides, Math.toIntExact(start) * strides[dim]));
    }

    // ---- joining and indexing ----

    @Override
    public HostArray concat(List<HostArray> arrays, int dim) {
        HostArray first = arrays.get(0);
        long total = arrays.stream().mapToLong(array -> array.shape().size(dim)).sum();
        HostArray result = HostArray.allocate(first.shape().with(dim, total), first.dtype());
        int[] strides = Cells.strides(result.shape());
        int start = 0;
        for (HostArray part : arrays) {
            int[] cells = Cells.walk(part.shape(), strides, start * strides[dim]);
            for (int i = 0; i < cells.length; i++) {
                result.copyCell(cells[i], part, i);
            }
            start += Math.toIntExact(part.shape().size(dim));
        }
        return result;
    }

    @Override
    public HostArray indexSelect(HostArray x, int dim, HostArray index) {
        Shape shape = x.shape().with(dim, index.size());
        return HostArray.pick(x, shape, Selection.bySlices(x.shape(), dim, index));
    }

    @Override
    public HostArray indexAdd(HostArray x, int dim, HostArray index, HostArray source) {
        return addedAt(x, Selection.bySlices(x.shape(), dim, index), source);
    }

    @Override
    public HostArray gather(HostArray x, int dim, HostArray index) {
        return HostArray.pick(x, index.shape(), Selection.byElements(x.shape(), dim, index));
    }

    @Override
    public HostArray scatterAdd(HostArray x, int dim, HostArray index, HostArray source) {
        return addedAt(x, Selection.byElements(x.shape(), dim, index), source);
    }

    private static HostArray addedAt(HostArray x, int[] cells, HostArray source) {
        HostArray result =
                HostArray.pick(x, x.shape(), IntStream.range(0, x.size()).toArray());
        for (int i = 0; i < cells.length; i++) {
            result.addCell(cells[i], source, i);
        }
        return result;
    }

    // ---- products ----

    @Override
    public HostArray matmul(HostArray a, boolean transposeA, HostArray b, boolean transposeB) {
        HostArray left = transposeA ? transposed(a) : a;
        HostArray right = transposeB ? transposed(b) : b;
        int rows = Math.toIntExact(left.shape().size(-2));
        int inner = Math.toIntExact(left.shape().size(-1));
        int columns = Math.toIntExact(right.shape().size(-1));
        Shape leadingLeft = left.shape().without(-1).without(-1);
        Shape leadingRight = right.shape().without(-1).without(-1);
        Shape leading = leadingLeft.broadcast(leadingRight);
        int[] batchLeft = Cells.broadcast(leadingLeft, leading);
        int[] batchRight = Cells.broadcast(leadingRight, leading);
        Shape shape = leading.inserting(-1, rows).inserting(-1, columns);
        HostArray result = HostArray.allocate(shape, a.dtype());
        for (int i = 0; i < result.size(); i++) {
            int batch = i / columns / rows;
            double sum = 0;
            for (int j = 0; j < inner; j++) {
                int cellLeft = (batchLeft[batch] * rows + i / columns % rows) * inner + j;
                int cellRight = (batchRight[batch] * inner + j) * columns + i % columns;
                sum += left.number(cellLeft) * right.number(cellRight);
            }
            result.setNumber(i, sum);
        }
        return result;
    }

    private static HostArray transposed(HostArray x) {
        int[] dims = IntStream.range(0, x.shape().rank()).toArray();
        dims[dims.length - 1] = dims.length - 2;
        dims[dims.length - 2] = dims.length - 1;
        return permuted(x, dims);
    }

    // ---- in place ----

    @Override
    public void copyInto(HostArray target, HostArray source) {
        for (int i = 0; i < target.size(); i++) {
            target.copyCell(i, source, i);
        }
    }
}
