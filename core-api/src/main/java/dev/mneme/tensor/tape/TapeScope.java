package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A scope of one thread; its tensors may be closed from any. */
final class TapeScope<A> implements TensorScope {
    private final ThreadLocal<@Nullable TapeScope<A>> innermost;
    private final @Nullable TapeScope<A> enclosing;
    private final Set<TapeTensor<A>> tensors = new HashSet<>();
    private boolean closed;

    TapeScope(ThreadLocal<@Nullable TapeScope<A>> innermost) {
        this.innermost = innermost;
        this.enclosing = innermost.get();
        innermost.set(this);
    }

    synchronized void add(TapeTensor<A> tensor) {
        tensors.add(tensor);
    }

    synchronized boolean remove(TapeTensor<A> tensor) {
        return tensors.remove(tensor);
    }

    @Override
    // The set holds tensors of this engine by identity; any other object is simply not in it.
    @SuppressWarnings("unchecked")
    public <T extends Tensor> T keep(T tensor) {
        if (tensor instanceof TapeTensor<?> && remove((TapeTensor<A>) tensor)) {
            ((TapeTensor<A>) tensor).belongTo(enclosing);
        }
        return tensor;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (innermost.get() != this) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    "closing a scope that is not the innermost one of this thread; close inner scopes first, "
                            + "on the thread that opened them");
        }
        closed = true;
        if (enclosing == null) {
            innermost.remove();
        } else {
            innermost.set(enclosing);
        }
        List<TapeTensor<A>> owned;
        synchronized (this) {
            owned = List.copyOf(tensors);
        }
        owned.forEach(TapeTensor::close);
    }
}
