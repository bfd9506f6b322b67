package dev.mneme.tensor.tape;

import dev.mneme.tensor.MemoryStatistics;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Makes storages and counts what is alive. */
final class Memory<A> {
    final ArrayKernels<A> kernels;
    private final AtomicLong liveTensors = new AtomicLong();
    private final AtomicLong liveBytes = new AtomicLong();

    Memory(ArrayKernels<A> kernels) {
        this.kernels = kernels;
    }

    /** A storage with one reference that owns a fresh array. */
    Storage<A> own(A array) {
        return new Storage<>(this, array, List.of(), null);
    }

    /** A reference to the result of a kernel that may be its argument, or a view that its argument must outlive. */
    Storage<A> share(A result, Storage<A> base) {
        if (result == base.array) {
            return base.retain();
        }
        return kernels.bytes(result) == 0 ? new Storage<>(this, result, List.of(), base.retain()) : own(result);
    }

    /** The same for the result of a formula over {@code base} and arrays that it returns no view of. */
    Storage<A> share(A result, Workspace<A> workspace, Storage<A> base) {
        if (result == base.array) {
            return base.retain();
        }
        Workspace.Bases<A> bases = workspace.keepWithBases(result);
        return new Storage<>(this, result, bases.inside(), bases.outside() ? base.retain() : null);
    }

    void tensorOpened() {
        liveTensors.incrementAndGet();
    }

    void tensorClosed() {
        liveTensors.decrementAndGet();
    }

    void bytesChanged(long difference) {
        liveBytes.addAndGet(difference);
    }

    MemoryStatistics statistics() {
        return new MemoryStatistics(liveTensors.get(), liveBytes.get());
    }
}
