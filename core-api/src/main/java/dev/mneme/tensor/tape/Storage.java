package dev.mneme.tensor.tape;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An array with a reference count: freed when the last tensor handle or graph node lets go of it. Thread-safe. */
final class Storage<A> {
    final A array;
    private final Memory<A> memory;
    private final List<A> supports;
    private final @Nullable Storage<A> base;
    private final long bytes;
    private final AtomicInteger references = new AtomicInteger(1);
    private final AtomicInteger version;

    /**
     * Starts with one reference.
     *
     * @param supports arrays that the view {@code array} was made from, released after it, last first
     * @param base released after those; the reference is taken over
     */
    Storage(Memory<A> memory, A array, List<A> supports, @Nullable Storage<A> base) {
        this.memory = memory;
        this.array = array;
        this.supports = supports;
        this.base = base;
        this.version = base == null ? new AtomicInteger() : base.version;
        long total = memory.kernels.bytes(array);
        for (A support : supports) {
            total += memory.kernels.bytes(support);
        }
        this.bytes = total;
        memory.bytesChanged(bytes);
    }

    Storage<A> retain() {
        references.incrementAndGet();
        return this;
    }

    void release() {
        if (references.decrementAndGet() > 0) {
            return;
        }
        memory.bytesChanged(-bytes);
        memory.kernels.release(array);
        for (int i = supports.size() - 1; i >= 0; i--) {
            memory.kernels.release(supports.get(i));
        }
        if (base != null) {
            base.release();
        }
    }

    /** How often the buffer was overwritten; views share the count of their base. */
    int version() {
        return version.get();
    }

    void overwritten() {
        version.incrementAndGet();
    }
}
