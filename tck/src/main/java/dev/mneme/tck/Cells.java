package dev.mneme.tck;

import dev.mneme.tensor.Shape;

/** Arithmetic of positions in row-major arrays. */
final class Cells {
    private Cells() {}

    /** Distance between neighbours of each dimension. */
    static int[] strides(Shape shape) {
        int[] strides = new int[shape.rank()];
        int stride = 1;
        for (int dim = shape.rank() - 1; dim >= 0; dim--) {
            strides[dim] = stride;
            stride *= Math.toIntExact(shape.size(dim));
        }
        return strides;
    }

    /** {@code offset + sum_d index_d * strides_d} for every index into {@code shape}, in row-major order. */
    static int[] walk(Shape shape, int[] strides, int offset) {
        int[] cells = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < cells.length; i++) {
            int rest = i;
            int cell = offset;
            for (int dim = shape.rank() - 1; dim >= 0; dim--) {
                int size = Math.toIntExact(shape.size(dim));
                cell += rest % size * strides[dim];
                rest /= size;
            }
            cells[i] = cell;
        }
        return cells;
    }

    /** For every cell of {@code to} the cell of {@code from} that is broadcast to it. */
    static int[] broadcast(Shape from, Shape to) {
        int[] own = strides(from);
        int[] strides = new int[to.rank()];
        int added = to.rank() - from.rank();
        for (int dim = 0; dim < from.rank(); dim++) {
            strides[dim + added] = from.size(dim) == 1 ? 0 : own[dim];
        }
        return walk(to, strides, 0);
    }

    /** A shape seen along one dimension. */
    record Axis(int outer, int size, int inner) {
        static Axis of(Shape shape, int dim) {
            int outer = 1;
            int inner = 1;
            for (int i = 0; i < shape.rank(); i++) {
                int size = Math.toIntExact(shape.size(i));
                outer *= i < dim ? size : 1;
                inner *= i > dim ? size : 1;
            }
            return new Axis(outer, Math.toIntExact(shape.size(dim)), inner);
        }

        int cell(int before, int position, int after) {
            return (before * size + position) * inner + after;
        }
    }
}
