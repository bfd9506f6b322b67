package dev.mneme.backend.libtorch;

import dev.mneme.tensor.Shape;

/** Questions about shapes that LibTorch answers too late or not at all. */
final class Shapes {
    private Shapes() {}

    /** Whether a tensor of shape {@code from} can be repeated to fill {@code to}. */
    static boolean broadcastsTo(Shape from, Shape to) {
        boolean fits = from.rank() <= to.rank();
        for (int i = 1; fits && i <= from.rank(); i++) {
            fits = from.size(-i) == 1 || from.size(-i) == to.size(-i);
        }
        return fits;
    }
}
