package dev.mneme.memformer;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a slot sees when it is written: itself and the real tokens of the segment, no other slot. */
final class OwnSlot {
    private OwnSlot() {}

    /**
     * The mask over keys that are the slots and then the tokens.
     *
     * @param slots (batch, k, any)
     * @param length tokens L
     * @param valid (batch, L), true = real token; null when all are
     * @return BOOL, (1 or batch, 1, k, k + L)
     */
    static Tensor mask(Tensor slots, long length, @Nullable Tensor valid) {
        TensorBackend backend = slots.backend();
        long count = slots.size(1);
        long batch = valid == null ? 1 : slots.size(0);
        Tensor index = backend.arange(0, count);
        Tensor own = index.unsqueeze(1).eq(index).expand(Shape.of(batch, 1, count, count));
        Shape tokens = Shape.of(batch, 1, count, length);
        Tensor seen = valid == null
                ? backend.full(tokens, 1, DType.BOOL)
                : valid.reshape(batch, 1, 1, length).expand(tokens);
        return backend.concat(List.of(own, seen), -1);
    }
}
