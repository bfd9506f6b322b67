package dev.mneme.memory;

import dev.mneme.nn.AttentionObserver;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was seen of one segment of one stream, for {@link Memory#views}.
 *
 * @param tokens of the segment as a person reads them, L
 * @param seen what modules showed while the segment ran, by path, in the order of the last time they did; attention
 *     weights are (heads, length, keys)
 * @param before state at the start of the segment, batch 1
 * @param after state behind the segment, batch 1
 */
public record Observation(List<String> tokens, Map<String, Numbers> seen, MemoryState before, MemoryState after) {
    public Observation {
        tokens = List.copyOf(tokens);
        seen = Collections.unmodifiableMap(new LinkedHashMap<>(seen));
    }

    /**
     * What {@code prefix + layer + suffix} showed, for layers 0, 1, .. as far as there are any.
     *
     * @param prefix such as {@code controller.layers.}
     * @param suffix such as {@code .attention}
     */
    public List<Numbers> byLayer(String prefix, String suffix) {
        List<Numbers> layers = new ArrayList<>();
        Numbers next = seen.get(prefix + 0 + suffix);
        while (next != null) {
            layers.add(next);
            next = seen.get(prefix + layers.size() + suffix);
        }
        return layers;
    }

    /** A tensor's values on the host. Immutable. */
    public static final class Numbers {
        private final Shape shape;
        private final float[] values;

        /** Values of a shape, row by row; takes over the array. */
        Numbers(Shape shape, float[] values) {
            this.shape = shape;
            this.values = values;
        }

        /** The first row of a batch (batch, ..). */
        static Numbers ofFirst(Tensor batch) {
            double[] exact = batch.detach().slice(0, 0, 1).toDoubles();
            float[] values = new float[exact.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) exact[i];
            }
            return new Numbers(batch.shape().without(0), values);
        }

        public int rank() {
            return shape.rank();
        }

        /** Places along a dimension. */
        public int size(int dimension) {
            return Math.toIntExact(shape.size(dimension));
        }

        /** The value at a place, one index a dimension. */
        public float at(int... index) {
            int place = 0;
            for (int dimension = 0; dimension < index.length; dimension++) {
                place = place * size(dimension) + index[dimension];
            }
            return values[place];
        }

        /**
         * Part of a matrix of three-dimensional numbers.
         *
         * @param matrix along the first dimension
         * @return (toRow - fromRow, toColumn - fromColumn), row by row
         */
        public float[] part(int matrix, int fromRow, int toRow, int fromColumn, int toColumn) {
            int width = toColumn - fromColumn;
            float[] part = new float[(toRow - fromRow) * width];
            for (int row = fromRow; row < toRow; row++) {
                int from = (matrix * size(1) + row) * size(2) + fromColumn;
                System.arraycopy(values, from, part, (row - fromRow) * width, width);
            }
            return part;
        }

        /** As {@link #part} with rows and columns changed over: (toColumn - fromColumn, toRow - fromRow). */
        public float[] partTransposed(int matrix, int fromRow, int toRow, int fromColumn, int toColumn) {
            int height = toRow - fromRow;
            float[] part = new float[height * (toColumn - fromColumn)];
            for (int row = fromRow; row < toRow; row++) {
                for (int column = fromColumn; column < toColumn; column++) {
                    part[(column - fromColumn) * height + row - fromRow] = at(matrix, row, column);
                }
            }
            return part;
        }
    }

    /** Collects what modules show of one segment: hand it to {@link dev.mneme.nn.Pass#observedBy}. Not thread-safe. */
    public static final class Recorder implements AttentionObserver {
        private final Map<String, Numbers> seen = new LinkedHashMap<>();

        @Override
        public void observe(String path, Tensor weights) {
            note(path, weights);
        }

        @Override
        public void note(String path, Tensor values) {
            seen.remove(path);
            seen.put(path, Numbers.ofFirst(values));
        }

        /** What was seen since this object was made. */
        public Observation observation(List<String> tokens, MemoryState before, MemoryState after) {
            return new Observation(tokens, seen, before, after);
        }
    }
}
