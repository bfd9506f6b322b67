package dev.mneme.backend.libtorch;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.DeviceMemory;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.MemoryStatistics;
import dev.mneme.tensor.Precision;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** LibTorch on one device. Operations run on the calling thread and LibTorch's own workers. */
public final class TorchBackend implements TensorBackend {
    static {
        NativeEnvironment.prepare();
        ProcessExit.prepare();
    }

    private final String name;
    private final TorchDevice device;
    private final int threads;
    private final HostCopies hostCopies;
    private final LiveHandles liveHandles;
    private final ThreadLocal<@Nullable TorchScope> innermost;
    private final Precision precision;

    /** Tensors on the CPU. The number of threads holds for the whole process: the last opened backend sets it. */
    public static TorchBackend cpu(EngineOptions options) {
        return new TorchBackend(LibTorchEngineProvider.NAME, TorchDevice.cpu(), options);
    }

    /**
     * Tensors on any device.
     *
     * @param name the engine's name as given to {@code --backend}
     */
    public TorchBackend(String name, TorchDevice device, EngineOptions options) {
        this.name = name;
        this.device = device;
        this.threads = options.threads();
        this.hostCopies = new HostCopies(device);
        this.liveHandles = new LiveHandles();
        this.innermost = new ThreadLocal<>();
        this.precision = Precision.F32;
        NativeThreads.limit(threads);
        device.use(precision);
    }

    private TorchBackend(TorchBackend engine, Precision precision) {
        this.name = engine.name;
        this.device = engine.device;
        this.threads = engine.threads;
        this.hostCopies = engine.hostCopies;
        this.liveHandles = engine.liveHandles;
        this.innermost = engine.innermost;
        this.precision = precision;
    }

    @Override
    public EngineInfo info() {
        return new EngineInfo(name, NativeLibrary.version(), device.name(), threads, details());
    }

    private Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>(NativeLibrary.details());
        details.putAll(device.details());
        return details;
    }

    // ---- precision ----

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public List<Precision> precisions() {
        return device.precisions();
    }

    /** TF32 is a switch of the whole process: the last call that asked for F32 or TF32 sets it. */
    @Override
    public TorchBackend at(Precision wanted) {
        if (!precisions().contains(wanted)) {
            throw Precision.unavailable(wanted, info(), precisions());
        }
        device.use(wanted);
        return wanted == precision ? this : new TorchBackend(this, wanted);
    }

    @Override
    public boolean supports(DType dtype) {
        return true;
    }

    // ---- creation ----

    @Override
    public Tensor full(Shape shape, double value, DType dtype) {
        return create("full", dtype, () -> {
            long[] sizes = shape.toArray();
            return switch (dtype) {
                case I64 -> Constants.withScalar((long) value, s -> torch.full(sizes, s, device.options(dtype)));
                case BOOL ->
                    Constants.withScalar(value != 0 ? 1L : 0L, s -> torch.full(sizes, s, device.options(dtype)));
                default -> Constants.withScalar(value, s -> torch.full(sizes, s, device.options(dtype)));
            };
        });
    }

    @Override
    public Tensor tensor(double[] values, Shape shape, DType dtype) {
        if (!dtype.isFloating()) {
            throw Failures.dtype("tensor", "a floating type for double values", dtype);
        }
        return create("tensor", dtype, () -> hostCopies.upload(values, shape, dtype));
    }

    @Override
    public Tensor tensor(float[] values, Shape shape) {
        return create("tensor", DType.F32, () -> hostCopies.upload(values, shape));
    }

    @Override
    public Tensor tensor(long[] values, Shape shape) {
        return create("tensor", DType.I64, () -> hostCopies.upload(values, shape));
    }

    @Override
    public Tensor tensor(boolean[] values, Shape shape) {
        return create("tensor", DType.BOOL, () -> hostCopies.upload(values, shape));
    }

    @Override
    public Tensor arange(long start, long end) {
        if (end < start) {
            throw Failures.shape("arange", "an end of at least " + start, end);
        }
        return create("arange", DType.I64, () -> {
            try (Scalar from = new Scalar(start);
                    Scalar to = new Scalar(end)) {
                return torch.arange(from, to, device.options(DType.I64));
            }
        });
    }

    @Override
    public Tensor uniform(Shape shape, DType dtype, long key) {
        requireFloating("uniform", dtype);
        return create("uniform", dtype, () -> {
            try (Generator generator = generator(key);
                    GeneratorOptional optional = new GeneratorOptional(generator)) {
                return torch.rand(shape.toArray(), optional, device.options(dtype));
            }
        });
    }

    @Override
    public Tensor normal(Shape shape, DType dtype, long key) {
        requireFloating("normal", dtype);
        return create("normal", dtype, () -> {
            try (Generator generator = generator(key);
                    GeneratorOptional optional = new GeneratorOptional(generator)) {
                return torch.randn(shape.toArray(), optional, device.options(dtype));
            }
        });
    }

    /** The Mersenne twister takes 32 bits of a seed, so the key's halves are mixed (finalizer of SplitMix64). */
    Generator generator(long key) {
        long z = (key ^ (key >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return device.generator((z ^ (z >>> 31)) >>> 32);
    }

    @Override
    public Tensor concat(List<Tensor> tensors, int dim) {
        return join(
                "concat",
                tensors,
                list -> torch.cat(list, tensors.get(0).shape().dim(dim)));
    }

    @Override
    public Tensor stack(List<Tensor> tensors, int dim) {
        return join("stack", tensors, list -> torch.stack(list, dim));
    }

    private TorchTensor join(
            String operation, List<Tensor> tensors, Function<TensorVector, org.bytedeco.pytorch.Tensor> kernel) {
        if (tensors.isEmpty()) {
            throw Failures.shape(operation, "at least one tensor", "none");
        }
        DType dtype = tensors.get(0).dtype();
        try (Borrowed borrowed = new Borrowed(operation, tensors)) {
            borrowed.requireOneType(dtype);
            try (TensorVector list = borrowed.vector()) {
                return own(kernel.apply(list), dtype);
            } catch (RuntimeException e) {
                throw Failures.translate(operation, e, borrowed.tensors());
            }
        }
    }

    // ---- differentiation ----

    @Override
    public List<Tensor> gradients(
            List<? extends Tensor> outputs,
            List<? extends Tensor> inputs,
            List<? extends @Nullable Tensor> cotangents) {
        return Gradients.of(this, outputs, inputs, cotangents);
    }

    @Override
    public GradientMode noGradient() {
        boolean before = GradMode.is_enabled();
        Thread thread = Thread.currentThread();
        GradMode.set_enabled(false);
        return new GradientMode() {
            private boolean open = true;

            @Override
            public void close() {
                if (!open) {
                    return;
                }
                if (Thread.currentThread() != thread) {
                    throw new MnemeException(
                            ErrorCode.ENGINE_FAILED,
                            "GradientMode.close: expected thread " + thread.getName() + ", got "
                                    + Thread.currentThread().getName());
                }
                open = false;
                GradMode.set_enabled(before);
            }
        };
    }

    @Override
    public Tensor globalNorm(List<? extends Tensor> tensors) {
        if (tensors.isEmpty()) {
            throw Failures.shape("globalNorm", "at least one tensor", "none");
        }
        DType dtype = tensors.get(0).dtype();
        try (Borrowed borrowed = new Borrowed("globalNorm", tensors);
                PointerScope temporaries = new PointerScope()) {
            org.bytedeco.pytorch.Tensor[] norms = borrowed.tensors().stream()
                    .map(t -> t.borrowed().norm().to(TorchDevice.nativeType(dtype)))
                    .toArray(org.bytedeco.pytorch.Tensor[]::new);
            return own(torch.stack(new TensorVector(norms)).norm(), dtype);
        } catch (RuntimeException e) {
            throw Failures.translate("globalNorm", e, List.of());
        }
    }

    @Override
    public void adamW(AdamWStep step) {
        if (!FusedAdamW.apply(this, step)) {
            TensorBackend.super.adamW(step);
        }
    }

    // ---- threads ----

    @Override
    public void runAll(List<Runnable> tasks) {
        if (tasks.size() < 2) {
            TensorBackend.super.runAll(tasks);
            return;
        }
        NativeThreads.limit(1);
        try {
            TensorBackend.super.runAll(
                    tasks.stream().map(NativeThreads::onOneThread).toList());
        } finally {
            NativeThreads.limit(threads);
        }
    }

    // ---- memory ----

    @Override
    public TensorScope scope() {
        TorchScope scope = new TorchScope(this, innermost.get());
        innermost.set(scope);
        return scope;
    }

    void leave(TorchScope scope, @Nullable TorchScope enclosing) {
        if (innermost.get() != scope) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    "TensorScope.close: a scope opened later on this thread is still open; close scopes in reverse order");
        }
        if (enclosing == null) {
            innermost.remove();
        } else {
            innermost.set(enclosing);
        }
    }

    @Override
    public MemoryStatistics memory() {
        return liveHandles.statistics();
    }

    @Override
    public void synchronize() {
        try {
            device.synchronize();
        } catch (RuntimeException e) {
            throw Failures.translate("synchronize", e, List.of());
        }
    }

    @Override
    public Optional<DeviceMemory> deviceMemory() {
        return device.memory();
    }

    /** Holds nothing of its own: the natives stay loaded as long as the process. */
    @Override
    public void close() {}

    // ---- for tensors ----

    /** Takes ownership of a native handle for the innermost scope of this thread. */
    TorchTensor own(org.bytedeco.pytorch.Tensor handle, DType dtype) {
        TorchTensor tensor = new TorchTensor(this, handle, dtype);
        liveHandles.add(tensor);
        TorchScope scope = innermost.get();
        if (scope != null) {
            scope.add(tensor);
        }
        return tensor;
    }

    void closed(TorchTensor tensor) {
        liveHandles.remove(tensor);
        TorchScope scope = tensor.scope;
        if (scope != null) {
            scope.remove(tensor);
        }
    }

    HostCopies hostCopies() {
        return hostCopies;
    }

    TorchDevice device() {
        return device;
    }

    private static void requireFloating(String operation, DType dtype) {
        if (!dtype.isFloating()) {
            throw Failures.dtype(operation, "a floating type", dtype);
        }
    }

    private TorchTensor create(String operation, DType dtype, Supplier<org.bytedeco.pytorch.Tensor> kernel) {
        try {
            return own(kernel.get(), dtype);
        } catch (RuntimeException e) {
            throw Failures.translate(operation, e, List.of());
        }
    }
}
