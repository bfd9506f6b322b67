package dev.mneme.backend.libtorch;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Exclusive ownership of one native tensor handle. Operations borrow the handle; it is freed when it is closed and
 * nobody borrows it any more, whatever thread that happens on.
 */
abstract class NativeHandle {
    private static final AtomicIntegerFieldUpdater<NativeHandle> STATE =
            AtomicIntegerFieldUpdater.newUpdater(NativeHandle.class, "state");
    private static final int CLOSED = Integer.MIN_VALUE;

    private final Tensor handle;
    /** Number of borrowers; {@link #CLOSED} is added on closing, which makes it negative. */
    private volatile int state;
    /** Only of parameters that products with brain floats use without gradients. */
    private volatile @Nullable NarrowCopy narrowCopy;

    /** Neighbours in the list of open handles, guarded by {@link LiveHandles}. */
    @Nullable NativeHandle previousLive;

    @Nullable NativeHandle nextLive;

    int stripe;

    /** The scope that will close this, and the place there; changed on that scope's thread only. */
    @Nullable TorchScope scope;

    int slot;

    NativeHandle(Tensor handle) {
        this.handle = handle;
        if (PointerScope.getInnerScope() != null) {
            Constants.kept(handle);
        }
    }

    public final boolean isOpen() {
        return state >= 0;
    }

    /** The native handle, valid until {@link #release}. */
    final Tensor borrow(String operation) {
        if (!tryBorrow()) {
            throw Failures.closed(operation);
        }
        return handle;
    }

    final boolean tryBorrow() {
        int seen;
        do {
            seen = state;
            if (seen < 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen + 1));
        return true;
    }

    final void release() {
        if (STATE.decrementAndGet(this) == CLOSED) {
            free();
        }
    }

    /** The handle, for callers that have borrowed it. */
    final Tensor borrowed() {
        return handle;
    }

    /** Marks this as closed and frees it now or with the last borrower; false if it was closed before. */
    final boolean markClosed() {
        int seen;
        do {
            seen = state;
            if (seen < 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen | CLOSED));
        if (seen == 0) {
            free();
        }
        return true;
    }

    /** By the last one that had it; whoever asked for the copy had borrowed the handle and gave it back before. */
    private void free() {
        handle.deallocate();
        NarrowCopy copy = narrowCopy;
        if (copy != null) {
            copy.close();
        }
    }

    /** For callers that have borrowed the handle. */
    final NarrowCopy narrowCopy() {
        NarrowCopy copy = narrowCopy;
        if (copy == null) {
            synchronized (this) {
                copy = narrowCopy;
                if (copy == null) {
                    copy = new NarrowCopy();
                    narrowCopy = copy;
                }
            }
        }
        return copy;
    }

    /** For whoever changes the values in a way that LibTorch does not count as a change. */
    final void forgetNarrowCopy() {
        NarrowCopy copy = narrowCopy;
        if (copy != null) {
            copy.close();
        }
    }

    /** Native memory that is held beside the tensor's own. */
    final long copiedBytes() {
        NarrowCopy copy = narrowCopy;
        return copy == null ? 0 : copy.bytes();
    }
}
