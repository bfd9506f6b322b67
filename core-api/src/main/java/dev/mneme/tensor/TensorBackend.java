package dev.mneme.tensor;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An engine: makes tensors, differentiates, and accounts for native memory. Bound by Guice; nobody looks it up.
 *
 * <p>Thread-safe. Scopes and gradient mode are per thread.
 */
public interface TensorBackend extends AutoCloseable {

    EngineInfo info();

    /** Whether the engine computes with this element type. F32, F64, I64 and BOOL always work. */
    boolean supports(DType dtype);

    // ---- precision ----

    /** How this backend computes with F32 tensors. */
    default Precision precision() {
        return Precision.F32;
    }

    /** What {@link #at} takes here; F32 always. */
    default List<Precision> precisions() {
        return List.of(Precision.F32);
    }

    /**
     * This engine at another precision. Both share native memory, scopes, threads and their life: whoever opened the
     * engine closes it, and nobody else. An operation has the precision of the tensor it is called on, which is that of
     * the backend that made the tensor.
     *
     * @throws dev.mneme.error.MnemeException ({@code CONFIG_INVALID}) naming those it has
     */
    default TensorBackend at(Precision precision) {
        if (precision == precision()) {
            return this;
        }
        throw Precision.unavailable(precision, info(), precisions());
    }

    // ---- creation ----

    Tensor full(Shape shape, double value, DType dtype);

    /** Copies row-major host values; {@code dtype} is a floating type. */
    Tensor tensor(double[] values, Shape shape, DType dtype);

    /** Copies row-major host values; F32. */
    Tensor tensor(float[] values, Shape shape);

    /** Copies row-major host values; I64. */
    Tensor tensor(long[] values, Shape shape);

    /** Copies row-major host values; BOOL. */
    Tensor tensor(boolean[] values, Shape shape);

    /** {@code start, start + 1, .., end - 1}; I64. */
    Tensor arange(long start, long end);

    /** Uniform in [0, 1); equal keys give equal numbers on the same engine. */
    Tensor uniform(Shape shape, DType dtype, long key);

    /** Standard normal; equal keys give equal numbers on the same engine. */
    Tensor normal(Shape shape, DType dtype, long key);

    /** Joins along an existing dimension. */
    Tensor concat(List<Tensor> tensors, int dim);

    // ---- differentiation ----

    /**
     * Reverse-mode derivatives of {@code sum_i <outputs_i, cotangents_i>} with respect to each input. The graph is
     * consumed.
     *
     * @param outputs tensors computed with gradient recording on
     * @param inputs leaves made by {@link Tensor#variable()} (or results on the way from them)
     * @param cotangents one per output, same shapes, or null for a one-element output (then 1)
     * @return one tensor per input, same shapes; zeros where no output depends on the input
     */
    List<Tensor> gradients(
            List<? extends Tensor> outputs, List<? extends Tensor> inputs, List<? extends @Nullable Tensor> cotangents);

    /** Switches gradient recording off on this thread until closed. */
    GradientMode noGradient();

    // ---- threads ----

    /**
     * Runs tasks that do not depend on each other at the same time, each on a thread of its own: gradient recording is on
     * there, and no scope is open, so what a task leaves open belongs to the caller. An engine that splits operations over
     * threads does not do so meanwhile. For many small operations that is faster than one task after the other with all
     * threads in each operation.
     *
     * <p>Returns when all have ended. If some failed, the first of them in the order of the list is thrown, with the others
     * suppressed in it.
     */
    default void runAll(List<Runnable> tasks) {
        TaskThreads.run(tasks);
    }

    /**
     * Waits until the engine's device has done all that was started. Reading a value waits for that value anyway; whoever
     * measures time has to wait for all. Engines that compute where they are called return at once.
     *
     * @throws dev.mneme.error.MnemeException ({@code ENGINE_FAILED}) if something that was started failed
     */
    default void synchronize() {}

    // ---- memory ----

    /** Opens a scope on this thread; it becomes the innermost one. */
    TensorScope scope();

    /** The tensors that are open; goes through them all. */
    MemoryStatistics memory();

    /** What the allocator of the engine's device says; empty where tensors are in the memory of the process. */
    default Optional<DeviceMemory> deviceMemory() {
        return Optional.empty();
    }

    /** Releases what the engine itself holds. Tensors must be closed before. */
    @Override
    void close();

    // ================= composites =================

    default Tensor zeros(Shape shape, DType dtype) {
        return full(shape, 0, dtype);
    }

    default Tensor ones(Shape shape, DType dtype) {
        return full(shape, 1, dtype);
    }

    /** Joins along a new dimension. */
    default Tensor stack(List<Tensor> tensors, int dim) {
        return Composites.stack(this, tensors, dim);
    }

    /** Euclidean norm over all elements of all tensors: a scalar of the first tensor's type. */
    default Tensor globalNorm(List<? extends Tensor> tensors) {
        return Composites.globalNorm(this, tensors);
    }

    /** Applies one optimizer update in place. */
    default void adamW(AdamWStep step) {
        Composites.adamW(this, step);
    }
}
