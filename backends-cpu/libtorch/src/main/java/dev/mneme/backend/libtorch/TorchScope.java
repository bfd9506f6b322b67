package dev.mneme.backend.libtorch;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A growing array of the tensors made on this thread; each knows its slot, so that it can leave at once. */
final class TorchScope implements TensorScope {
    private final TorchBackend backend;
    private final @Nullable TorchScope enclosing;
    private final Thread thread = Thread.currentThread();
    private @Nullable TorchTensor[] tensors = new TorchTensor[32];
    private int count;
    private boolean closed;

    TorchScope(TorchBackend backend, @Nullable TorchScope enclosing) {
        this.backend = backend;
        this.enclosing = enclosing;
    }

    void add(TorchTensor tensor) {
        if (count == tensors.length) {
            tensors = Arrays.copyOf(tensors, 2 * count);
        }
        tensor.scope = this;
        tensor.slot = count;
        tensors[count++] = tensor;
    }

    /** Forgets a tensor; on another thread it stays listed, which only means a second, empty close later. */
    void remove(TorchTensor tensor) {
        if (Thread.currentThread() != thread || tensor.scope != this) {
            return;
        }
        TorchTensor last = tensors[--count];
        tensors[count] = null;
        if (last != null && last != tensor) {
            tensors[tensor.slot] = last;
            last.slot = tensor.slot;
        }
        tensor.scope = null;
    }

    void disown(TorchTensor tensor) {
        requireThread("Tensor.unscoped");
        remove(tensor);
    }

    @Override
    public <T extends Tensor> T keep(T tensor) {
        if (tensor instanceof TorchTensor own && own.scope == this && own.isOpen()) {
            requireThread("TensorScope.keep");
            remove(own);
            if (enclosing != null) {
                enclosing.add(own);
            }
        }
        return tensor;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        requireThread("TensorScope.close");
        backend.leave(this, enclosing);
        closed = true;
        for (int i = count - 1; i >= 0; i--) {
            TorchTensor tensor = tensors[i];
            if (tensor != null) {
                tensor.scope = null;
                tensor.close();
            }
        }
        count = 0;
        tensors = new TorchTensor[0];
    }

    private void requireThread(String operation) {
        if (Thread.currentThread() != thread) {
            throw new MnemeException(
                    ErrorCode.ENGINE_FAILED,
                    operation + ": the scope belongs to thread " + thread.getName() + ", this is thread "
                            + Thread.currentThread().getName());
        }
    }
}
