package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An engine over forward-only kernels. Results that can reach a gradient remember how they were made in a graph of
 * nodes; the graph keeps the arrays that derivatives need by reference count, until {@link #gradients} consumes it or
 * the last tensor that leads to it is closed. Nothing waits for garbage collection.
 *
 * @param <A> the kernels' array type
 */
public final class TapeBackend<A> implements TensorBackend {
    private final ArrayKernels<A> kernels;
    private final Memory<A> memory;
    private final ThreadLocal<@Nullable TapeScope<A>> innermostScope = new ThreadLocal<>();
    private final ThreadLocal<Boolean> recording = ThreadLocal.withInitial(() -> true);

    /** Takes over the kernels: closing the engine closes them. */
    public TapeBackend(ArrayKernels<A> kernels) {
        this.kernels = kernels;
        this.memory = new Memory<>(kernels);
    }

    ArrayKernels<A> kernels() {
        return kernels;
    }

    Memory<A> memoryOfArrays() {
        return memory;
    }

    Workspace<A> workspace() {
        return new Workspace<>(kernels);
    }

    // ---- the engine ----

    @Override
    public EngineInfo info() {
        return kernels.info();
    }

    @Override
    public boolean supports(DType dtype) {
        return kernels.supports(dtype);
    }

    @Override
    public Tensor full(Shape shape, double value, DType dtype) {
        checkSupported("full", dtype);
        if (dtype == DType.I64 && value != Math.rint(value)) {
            throw Checks.typeMismatch("full", "a whole number for I64", value);
        }
        return created("full", shape, () -> kernels.full(shape, value, dtype));
    }

    @Override
    public Tensor tensor(double[] values, Shape shape, DType dtype) {
        if (!dtype.isFloating()) {
            throw Checks.typeMismatch("tensor", "a floating-point type for double values", dtype);
        }
        checkSupported("tensor", dtype);
        checkLength(values.length, shape);
        return created("tensor", shape, () -> kernels.fromDoubles(values, shape, dtype));
    }

    @Override
    public Tensor tensor(float[] values, Shape shape) {
        checkLength(values.length, shape);
        return created("tensor", shape, () -> kernels.fromFloats(values, shape));
    }

    @Override
    public Tensor tensor(long[] values, Shape shape) {
        checkLength(values.length, shape);
        return created("tensor", shape, () -> kernels.fromLongs(values, shape));
    }

    @Override
    public Tensor tensor(boolean[] values, Shape shape) {
        checkLength(values.length, shape);
        return created("tensor", shape, () -> kernels.fromBooleans(values, shape));
    }

    @Override
    public Tensor arange(long start, long end) {
        if (end < start) {
            throw Checks.shapeMismatch("arange", "an end not below the start", start + " to " + end);
        }
        return created("arange", Shape.of(end - start), () -> kernels.arange(start, end));
    }

    @Override
    public Tensor uniform(Shape shape, DType dtype, long key) {
        checkRandom("uniform", dtype);
        return created("uniform", shape, () -> kernels.uniform(shape, dtype, key));
    }

    @Override
    public Tensor normal(Shape shape, DType dtype, long key) {
        checkRandom("normal", dtype);
        return created("normal", shape, () -> kernels.normal(shape, dtype, key));
    }

    private void checkRandom(String operation, DType dtype) {
        if (!dtype.isFloating()) {
            throw Checks.typeMismatch(operation, "a floating-point type", dtype);
        }
        checkSupported(operation, dtype);
    }

    private void checkSupported(String operation, DType dtype) {
        if (!supports(dtype)) {
            throw Checks.typeMismatch(operation, "an element type of this engine", dtype);
        }
    }

    private static void checkLength(int length, Shape shape) {
        if (length != shape.elements()) {
            throw Checks.shapeMismatch("tensor", shape.elements() + " values for shape " + shape, length);
        }
    }

    @Override
    public Tensor concat(List<Tensor> tensors, int dim) {
        return Shaping.concat(
                this, tensors.stream().map(tensor -> own("concat", tensor)).toList(), dim);
    }

    @Override
    public List<Tensor> gradients(
            List<? extends Tensor> outputs,
            List<? extends Tensor> inputs,
            List<? extends @Nullable Tensor> cotangents) {
        if (outputs.size() != cotangents.size()) {
            throw Checks.shapeMismatch(
                    "gradients", "one cotangent, or null, per output", outputs.size(), cotangents.size());
        }
        try (Differentiation<A> differentiation = new Differentiation<>(this)) {
            for (int i = 0; i < outputs.size(); i++) {
                Tensor cotangent = cotangents.get(i);
                differentiation.addOutput(
                        own("gradients", outputs.get(i)), cotangent == null ? null : own("gradients", cotangent));
            }
            for (Tensor input : inputs) {
                differentiation.addInput(own("gradients", input));
            }
            return differentiation.run();
        }
    }

    @Override
    public GradientMode noGradient() {
        boolean before = recording.get();
        recording.set(false);
        return () -> recording.set(before);
    }

    boolean isRecording() {
        return recording.get();
    }

    @Override
    public TensorScope scope() {
        return new TapeScope<>(innermostScope);
    }

    @Override
    public MemoryStatistics memory() {
        return memory.statistics();
    }

    @Override
    public void close() {
        kernels.close();
    }

    /**
     * The array behind a tensor of this engine, for an engine that hands its memory out. It must not be written to, and
     * lives as long as the tensor is open.
     *
     * @throws MnemeException ({@code ENGINE_FAILED}) for a tensor of another engine; ({@code TENSOR_CLOSED}) for a closed
     *     one
     */
    public A array(Tensor tensor) {
        return own("array", tensor).array("array");
    }

    // ---- for the operations ----

    /** A tensor of this engine. */
    // A tensor whose backend is this one was made by it, with its array type.
    @SuppressWarnings("unchecked")
    TapeTensor<A> own(String operation, Tensor tensor) {
        if (tensor.backend() != this) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    operation + ": expected tensors of the engine " + info().name() + ", got one of "
                            + tensor.backend().info().name() + "; copy it through the host");
        }
        return (TapeTensor<A>) tensor;
    }

    Storage<A> own(A array) {
        return memory.own(array);
    }

    /** Runs a kernel that makes a fresh array. */
    Storage<A> compute(String operation, Supplier<A> kernel, Object... operands) {
        return memory.own(guard(operation, kernel, operands));
    }

    /** Runs a kernel whose result may view its operand. */
    Storage<A> computeView(String operation, Supplier<A> kernel, TapeTensor<A> operand) {
        return memory.share(guard(operation, kernel, operand), operand.storage());
    }

    /** The same elements in another shape; takes over the reference. */
    Storage<A> reshaped(Storage<A> storage, Shape shape) {
        try {
            return memory.share(guard("reshape", () -> kernels.reshape(storage.array, shape), shape), storage);
        } finally {
            storage.release();
        }
    }

    /** Passes on what the engine has to say in the one exception type. */
    <T> T guard(String operation, Supplier<T> kernel, Object... operands) {
        try {
            return kernel.get();
        } catch (MnemeException e) {
            throw e;
        } catch (RuntimeException e) {
            String list = Arrays.stream(operands).map(Object::toString).collect(Collectors.joining(" and "));
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    operation + " of " + list + " failed in " + info().name() + ": " + e.getMessage(),
                    e);
        }
    }

    private TapeTensor<A> created(String operation, Shape shape, Supplier<A> kernel) {
        return handle(compute(operation, kernel, shape), null);
    }

    @SafeVarargs
    // The array of varargs is only read.
    @SuppressWarnings("varargs")
    final TapeTensor<A> record(String operation, Storage<A> result, Edge.Candidate<A>... edges) {
        return record(operation, result, Arrays.asList(edges));
    }

    /** The result as a tensor, with a node if recording is on and an operand requires a gradient. */
    TapeTensor<A> record(String operation, Storage<A> result, List<Edge.Candidate<A>> edges) {
        if (!isRecording() || edges.stream().noneMatch(Edge.Candidate::requiresGradient)) {
            return handle(result, null);
        }
        List<Edge<A>> taken = edges.stream()
                .filter(Edge.Candidate::requiresGradient)
                .map(Edge.Candidate::take)
                .toList();
        Node<A> node = new Node<>(operation, kernels.shape(result.array), taken);
        return handle(result, node);
    }

    /** Another handle of the same value, on the same place in the graph. */
    TapeTensor<A> another(TapeTensor<A> x) {
        Node<A> node = x.node();
        return handle(x.storage().retain(), node == null || !isRecording() ? null : node.retain());
    }

    /** A tensor of the innermost scope; takes over the references. */
    TapeTensor<A> handle(Storage<A> storage, @Nullable Node<A> node) {
        TapeTensor<A> tensor =
                new TapeTensor<>(this, storage, kernels.shape(storage.array), kernels.dtype(storage.array), node);
        memory.tensorOpened();
        tensor.belongTo(innermostScope.get());
        return tensor;
    }

    void assign(TapeTensor<A> target, TapeTensor<A> source) {
        A to = target.array("assign");
        A from = source.array("assign");
        Checks.sameType("assign", target, source);
        if (!target.shape().equals(source.shape())) {
            throw Checks.shapeMismatch("assign", "a source of shape " + target.shape(), source.shape());
        }
        if (target.node() != null && !target.node().isLeaf()) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    "assign: the target " + target + " is a result of " + target.node().operation
                            + " inside a graph; assign to a tensor outside of any graph");
        }
        guard(
                "assign",
                () -> {
                    kernels.copyInto(to, from);
                    return target;
                },
                target,
                source);
        target.storage().overwritten();
    }
}
