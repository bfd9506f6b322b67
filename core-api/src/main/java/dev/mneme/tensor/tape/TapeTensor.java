package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.TopK;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A handle: one reference to a storage and, if gradients can flow, one to the node that made it. */
final class TapeTensor<A> implements Tensor {
    private final TapeBackend<A> tape;
    private final Storage<A> storage;
    private final Shape shape;
    private final DType dtype;
    private final @Nullable Node<A> node;
    private final AtomicBoolean open = new AtomicBoolean(true);
    private volatile @Nullable TapeScope<A> owner;

    /** Takes over one reference to the storage and one to the node. */
    TapeTensor(TapeBackend<A> tape, Storage<A> storage, Shape shape, DType dtype, @Nullable Node<A> node) {
        this.tape = tape;
        this.storage = storage;
        this.shape = shape;
        this.dtype = dtype;
        this.node = node;
    }

    Storage<A> storage() {
        return storage;
    }

    @Nullable Node<A> node() {
        return node;
    }

    void belongTo(@Nullable TapeScope<A> scope) {
        owner = scope;
        if (scope != null) {
            scope.add(this);
        }
    }

    /** The array, for an operation of this name. */
    A array(String operation) {
        if (!open.get()) {
            throw new MnemeException(
                    ErrorCode.TENSOR_CLOSED,
                    operation + ": the tensor " + this + " was closed by its scope or by hand; keep it in an outer "
                            + "scope if it is needed for longer");
        }
        return storage.array;
    }

    private TapeTensor<A> operand(String operation, Tensor other) {
        return tape.own(operation, other);
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public TapeBackend<A> backend() {
        return tape;
    }

    @Override
    public boolean isOpen() {
        return open.get();
    }

    @Override
    public void close() {
        if (!open.compareAndSet(true, false)) {
            return;
        }
        leaveScope();
        tape.memoryOfArrays().tensorClosed();
        if (node != null) {
            node.release();
        }
        storage.release();
    }

    @Override
    public Tensor unscoped() {
        array("unscoped");
        leaveScope();
        return this;
    }

    private void leaveScope() {
        TapeScope<A> scope = owner;
        if (scope != null) {
            scope.remove(this);
            owner = null;
        }
    }

    /** For example {@code F32 (2, 64, 128)}. */
    @Override
    public String toString() {
        return dtype + " " + shape;
    }

    @Override
    public Tensor neg() {
        return Elementwise.unary(this, Unary.NEG);
    }

    @Override
    public Tensor exp() {
        return Elementwise.unary(this, Unary.EXP);
    }

    @Override
    public Tensor log() {
        return Elementwise.unary(this, Unary.LOG);
    }

    @Override
    public Tensor sqrt() {
        return Elementwise.unary(this, Unary.SQRT);
    }

    @Override
    public Tensor sin() {
        return Elementwise.unary(this, Unary.SIN);
    }

    @Override
    public Tensor cos() {
        return Elementwise.unary(this, Unary.COS);
    }

    @Override
    public Tensor tanh() {
        return Elementwise.unary(this, Unary.TANH);
    }

    @Override
    public Tensor sigmoid() {
        return Elementwise.unary(this, Unary.SIGMOID);
    }

    @Override
    public Tensor erf() {
        return Elementwise.unary(this, Unary.ERF);
    }

    @Override
    public Tensor relu() {
        return Elementwise.unary(this, Unary.RELU);
    }

    @Override
    public Tensor abs() {
        return Elementwise.unary(this, Unary.ABS);
    }

    @Override
    public Tensor pow(double exponent) {
        return Elementwise.pow(this, exponent);
    }

    @Override
    public Tensor add(double value) {
        return Elementwise.affine("add", this, 1, value);
    }

    @Override
    public Tensor mul(double value) {
        return Elementwise.affine("mul", this, value, 0);
    }

    @Override
    public Tensor add(Tensor other) {
        return binary(Binary.ADD, other);
    }

    @Override
    public Tensor sub(Tensor other) {
        return binary(Binary.SUB, other);
    }

    @Override
    public Tensor mul(Tensor other) {
        return binary(Binary.MUL, other);
    }

    @Override
    public Tensor div(Tensor other) {
        return binary(Binary.DIV, other);
    }

    @Override
    public Tensor maximum(Tensor other) {
        return binary(Binary.MAX, other);
    }

    @Override
    public Tensor minimum(Tensor other) {
        return binary(Binary.MIN, other);
    }

    @Override
    public Tensor eq(Tensor other) {
        return binary(Binary.EQ, other);
    }

    @Override
    public Tensor lt(Tensor other) {
        return binary(Binary.LT, other);
    }

    @Override
    public Tensor le(Tensor other) {
        return binary(Binary.LE, other);
    }

    @Override
    public Tensor logicalAnd(Tensor other) {
        return binary(Binary.AND, other);
    }

    @Override
    public Tensor logicalOr(Tensor other) {
        return binary(Binary.OR, other);
    }

    private Tensor binary(Binary operation, Tensor other) {
        return Elementwise.binary(this, operation, operand(operation.method(), other));
    }

    @Override
    public Tensor logicalNot() {
        return Elementwise.unary(this, Unary.NOT);
    }

    @Override
    public Tensor where(Tensor ifTrue, Tensor ifFalse) {
        return Elementwise.where(this, operand("where", ifTrue), operand("where", ifFalse));
    }

    @Override
    public Tensor sum(boolean keepDim, int... dims) {
        return Reductions.sum(this, keepDim, dims);
    }

    @Override
    public Tensor max(int dim, boolean keepDim) {
        return Reductions.max(this, dim, keepDim);
    }

    @Override
    public Tensor argmax(int dim, boolean keepDim) {
        return Reductions.argmax(this, dim, keepDim);
    }

    @Override
    public Tensor cumsum(int dim) {
        return Reductions.cumsum(this, dim);
    }

    @Override
    public TopK topk(int k, int dim) {
        return Reductions.topk(this, k, dim);
    }

    @Override
    public Tensor reshape(long... sizes) {
        return Shaping.reshape(this, sizes);
    }

    @Override
    public Tensor permute(int... dims) {
        return Shaping.permute(this, dims);
    }

    @Override
    public Tensor expand(Shape newShape) {
        return Shaping.expand(this, newShape);
    }

    @Override
    public Tensor slice(int dim, long start, long end) {
        return Shaping.slice(this, dim, start, end);
    }

    @Override
    public Tensor indexSelect(int dim, Tensor index) {
        return Indexing.indexSelect(this, dim, operand("indexSelect", index));
    }

    @Override
    public Tensor indexAdd(int dim, Tensor index, Tensor source) {
        return Indexing.indexAdd(this, dim, operand("indexAdd", index), operand("indexAdd", source));
    }

    @Override
    public Tensor gather(int dim, Tensor index) {
        return Indexing.gather(this, dim, operand("gather", index));
    }

    @Override
    public Tensor scatterAdd(int dim, Tensor index, Tensor source) {
        return Indexing.scatterAdd(this, dim, operand("scatterAdd", index), operand("scatterAdd", source));
    }

    @Override
    public Tensor matmul(Tensor other) {
        return Products.matmul(this, operand("matmul", other));
    }

    @Override
    public Tensor to(DType newType) {
        return Elementwise.cast(this, newType);
    }

    @Override
    public Tensor detach() {
        array("detach");
        return tape.handle(storage.retain(), null);
    }

    @Override
    public Tensor variable() {
        array("variable");
        Checks.floating("variable", this);
        return tape.handle(storage.retain(), Node.leaf(shape));
    }

    @Override
    public boolean requiresGradient() {
        return node != null && tape.isRecording();
    }

    @Override
    public void assign(Tensor source) {
        tape.assign(this, operand("assign", source));
    }

    @Override
    public double[] toDoubles() {
        A array = array("toDoubles");
        Checks.numeric("toDoubles", this);
        return tape.guard("toDoubles", () -> tape.kernels().toDoubles(array), this);
    }

    @Override
    public float[] toFloats() {
        A array = array("toFloats");
        if (!dtype.isFloating() || dtype == DType.F64) {
            throw Checks.typeMismatch("toFloats", "F32, BF16 or F16 (toDoubles reads every numeric type)", this);
        }
        return tape.guard("toFloats", () -> tape.kernels().toFloats(array), this);
    }

    @Override
    public long[] toLongs() {
        A array = array("toLongs");
        Checks.type("toLongs", DType.I64, this);
        return tape.guard("toLongs", () -> tape.kernels().toLongs(array), this);
    }

    @Override
    public boolean[] toBooleans() {
        A array = array("toBooleans");
        Checks.type("toBooleans", DType.BOOL, this);
        return tape.guard("toBooleans", () -> tape.kernels().toBooleans(array), this);
    }

    // ---- composites with kernels of their own ----

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        try (TensorScope scope = tape.scope()) {
            TapeTensor<A> product = Products.byWeight(this, operand("linear", weight));
            return scope.keep(bias == null ? product : product.add(bias));
        }
    }

    @Override
    public Tensor softmax(int dim) {
        return Normalizations.softmax(this, dim);
    }

    @Override
    public Tensor logSoftmax(int dim) {
        return Normalizations.logSoftmax(this, dim);
    }

    @Override
    public Tensor gelu() {
        return Normalizations.gelu(this);
    }

    @Override
    public Tensor layerNorm(@Nullable Tensor gain, @Nullable Tensor bias, double epsilon) {
        try (TensorScope scope = tape.scope()) {
            Tensor normal = Normalizations.standardize(this, epsilon);
            Tensor scaled = gain == null ? normal : normal.mul(gain);
            return scope.keep(bias == null ? scaled : scaled.add(bias));
        }
    }
}
