package dev.mneme.backend.libtorch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * The brain floats of a parameter, kept from one use without gradients to the next: a stream that is fed token by token
 * would otherwise narrow every weight for every token. A parameter that was trained or loaded meanwhile is narrowed again:
 * LibTorch counts the changes of a tensor, and {@link FusedAdamW}, whose it does not count, says so itself.
 */
final class NarrowCopy {
    private @Nullable Tensor copy;
    private long version;

    /**
     * The copy.
     *
     * @param parameter always the same
     * @return a handle of its own, which stays valid whatever happens to the parameter; the caller closes it
     */
    synchronized Tensor of(Tensor parameter) {
        long now = parameter._version();
        Tensor kept = copy;
        if (kept == null || version != now) {
            close();
            kept = Constants.kept(parameter.to(ScalarType.BFloat16));
            copy = kept;
            version = now;
        }
        return new Tensor(kept);
    }

    /** Bytes that it holds. */
    synchronized long bytes() {
        return copy == null ? 0 : copy.nbytes();
    }

    /** Frees the copy; it is made again when somebody asks. */
    synchronized void close() {
        if (copy != null) {
            copy.deallocate();
            copy = null;
        }
    }
}
