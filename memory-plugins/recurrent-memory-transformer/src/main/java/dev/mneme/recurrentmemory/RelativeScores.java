package dev.mneme.recurrentmemory;

import dev.mneme.recurrentmemory.RecurrentMemoryConfig.RelativeShift;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The position part P of the attention scores of one segment. With δ the distance from a row back to a key,
 * {@code P = (Q_i + v) · R(δ)} for δ ≥ 0. Only memory rows of one block see keys ahead of them; there the exact form has
 * R(|δ|), and the official one what its shift by padding and reshaping happens to leave: 0 for δ = -1 and
 * {@code (Q_{i+1} + v) · R(k + 1 + δ)} below, k being the number of keys.
 *
 * <p>k counts the longest segment and the filled rows of the cache: read rows then do not depend on how long their segment
 * will be, and the segment can be fed piece by piece. For segments of full length it is the official k.
 */
final class RelativeScores {
    private final TensorBackend backend;
    private final boolean exact;
    private final int memoryRows;
    private final int cached;
    private final int distances;
    private final @Nullable Tensor pick;
    private final @Nullable Tensor ahead;

    /**
     * Indices of one segment, in the caller's scope.
     *
     * @param memoryRows M
     * @param distances of the table: cache and longest sequence
     * @param filled (batch, C), BOOL, which rows of the cache are there; null when there is no cache
     */
    RelativeScores(TensorBackend backend, RelativeShift shift, int memoryRows, int distances, @Nullable Tensor filled) {
        this.backend = backend;
        this.exact = shift == RelativeShift.EXACT;
        this.memoryRows = memoryRows;
        this.cached = filled == null ? 0 : Math.toIntExact(filled.size(1));
        this.distances = distances;
        if (memoryRows < (exact ? 2 : 3)) {
            pick = null;
            ahead = null;
            return;
        }
        int m = memoryRows;
        long[] index = new long[m * m];
        boolean[] far = new boolean[m * m];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                index[i * m + j] = exact ? m - 1 - Math.abs(i - j) : Math.max(0, j - i - 2);
                far[i * m + j] = j - i >= 2;
            }
        }
        Tensor base = backend.tensor(index, Shape.of(1, 1, m, m));
        if (exact || filled == null) {
            pick = base;
        } else {
            // The table begins with the distances of a full cache; rows of a cache that is not full begin further on.
            Tensor missing = filled.logicalNot().sum(false, 1);
            pick = base.add(missing.reshape(missing.size(0), 1, 1, 1));
        }
        ahead = exact ? null : backend.tensor(far, Shape.of(1, 1, m, m));
    }

    /** Takes what is kept out of its scope. */
    void unscoped() {
        if (pick != null) {
            pick.unscoped();
        }
        if (ahead != null) {
            ahead.unscoped();
        }
    }

    void close() {
        if (pick != null) {
            pick.close();
        }
        if (ahead != null) {
            ahead.close();
        }
    }

    /**
     * Scores (batch, heads, rows, keys) of a piece; keys ahead of their row have a meaning only in blocks of memory rows.
     *
     * @param queries Q + v, scaled, (batch, heads, rows, headDim)
     * @param positions R by falling distance, (heads, headDim, distances)
     */
    Tensor of(Tensor queries, Tensor positions, XlPiece piece) {
        int keys = piece.keys();
        Tensor scores = shifted(queries.matmul(positions.slice(-1, distances - keys, distances)), piece);
        boolean shiftIsOfficial = cached == 0 && keys == distances && piece.count() == distances;
        if (pick == null || (!exact && shiftIsOfficial)) {
            return scores;
        }
        List<Tensor> parts = new ArrayList<>();
        int done = 0;
        for (int begin : piece.blocks()) {
            addRows(parts, scores, done, begin);
            done = begin + memoryRows;
            Tensor rows = scores.slice(2, begin, done);
            int keyBegin = cached + piece.first() + begin;
            parts.add(withBlock(rows, keyBegin, block(queries, positions, rows, keyBegin, begin)));
        }
        addRows(parts, scores, done, piece.count());
        return parts.size() == 1 ? parts.get(0) : backend.concat(parts, 2);
    }

    /** From column = falling distance to column = key: each row moves one step further to the right than the one above. */
    private Tensor shifted(Tensor byDistance, XlPiece piece) {
        if (piece.count() == 1) {
            return byDistance;
        }
        long batch = byDistance.size(0);
        long heads = byDistance.size(1);
        long rows = piece.count();
        long keys = piece.keys();
        Tensor column = backend.zeros(Shape.of(batch, heads, rows, 1), byDistance.dtype());
        return backend.concat(List.of(column, byDistance), -1)
                .reshape(batch, heads, keys + 1, rows)
                .slice(2, 1, keys + 1)
                .reshape(batch, heads, rows, keys);
    }

    private static void addRows(List<Tensor> parts, Tensor scores, long from, long to) {
        if (to > from) {
            parts.add(from == 0 && to == scores.size(2) ? scores : scores.slice(2, from, to));
        }
    }

    private Tensor withBlock(Tensor rows, int keyBegin, Tensor block) {
        List<Tensor> parts = new ArrayList<>();
        if (keyBegin > 0) {
            parts.add(rows.slice(3, 0, keyBegin));
        }
        parts.add(block);
        int keyEnd = keyBegin + memoryRows;
        if (keyEnd < rows.size(3)) {
            parts.add(rows.slice(3, keyEnd, rows.size(3)));
        }
        return parts.size() == 1 ? block : backend.concat(parts, 3);
    }

    /** Scores (batch, heads, M, M) of a block of memory rows with itself. */
    private Tensor block(Tensor queries, Tensor positions, Tensor shifted, int keyBegin, int begin) {
        int end = begin + memoryRows;
        if (exact) {
            Tensor near = positions.slice(-1, distances - memoryRows, distances);
            return picked(queries.slice(2, begin, end).matmul(near));
        }
        Tensor rowsBelow =
                backend.concat(List.of(queries.slice(2, begin + 1L, end), queries.slice(2, end - 1L, end)), 2);
        Tensor far = positions.slice(-1, 0, cached + memoryRows - 2L);
        return nonNull(ahead).where(picked(rowsBelow.matmul(far)), shifted.slice(3, keyBegin, keyBegin + memoryRows));
    }

    private Tensor picked(Tensor byDistance) {
        Shape shape = byDistance.shape().with(-1, memoryRows);
        return byDistance.gather(3, nonNull(pick).expand(shape));
    }

    private static Tensor nonNull(@Nullable Tensor tensor) {
        if (tensor == null) {
            throw new IllegalStateException("a block this small has no key that needs correcting");
        }
        return tensor;
    }

    /**
     * The table of distances {@code distances - 1 .. 0}: all sines, then all cosines, of δ · 10000^(-2t/dim).
     *
     * @return (distances, dim)
     */
    static Tensor table(TensorBackend backend, DType dtype, int distances, int dim) {
        double[] values = new double[distances * dim];
        int half = dim / 2;
        for (int row = 0; row < distances; row++) {
            for (int t = 0; t < half; t++) {
                double angle = (distances - 1 - row) * Math.pow(10000, -2.0 * t / dim);
                values[row * dim + t] = Math.sin(angle);
                values[row * dim + half + t] = Math.cos(angle);
            }
        }
        return backend.tensor(values, Shape.of(distances, dim), dtype);
    }
}
