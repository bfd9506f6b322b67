package dev.mneme.tck;

import dev.mneme.tck.Cells.Axis;
import dev.mneme.tensor.Shape;

/** Cells of an array that depend on the elements of an array. */
final class Selection {
    private Selection() {}

    /** The cell of the first largest element of each line along a dimension. */
    static int[] largest(HostArray x, int dim) {
        Axis axis = Axis.of(x.shape(), dim);
        int[] cells = new int[axis.outer() * axis.inner()];
        for (int i = 0; i < cells.length; i++) {
            int best = axis.cell(i / axis.inner(), 0, i % axis.inner());
            for (int position = 1; position < axis.size(); position++) {
                int cell = axis.cell(i / axis.inner(), position, i % axis.inner());
                best = compare(x, cell, best) > 0 ? cell : best;
            }
            cells[i] = best;
        }
        return cells;
    }

    static int compare(HostArray x, int a, int b) {
        return x.dtype().isFloating()
                ? Double.compare(x.number(a), x.number(b))
                : Long.compare(x.integer(a), x.integer(b));
    }

    /** The cells of the slices that a 1-D index picks. */
    static int[] bySlices(Shape shape, int dim, HostArray index) {
        Axis from = Axis.of(shape, dim);
        Axis to = Axis.of(shape.with(dim, index.size()), dim);
        int[] cells = new int[to.outer() * to.size() * to.inner()];
        for (int i = 0; i < cells.length; i++) {
            int position = (int) index.integer(i / to.inner() % to.size());
            cells[i] = from.cell(i / to.inner() / to.size(), position, i % to.inner());
        }
        return cells;
    }

    /** The cells that an index of full rank names. */
    static int[] byElements(Shape shape, int dim, HostArray index) {
        int[] strides = Cells.strides(shape);
        int stride = strides[dim];
        strides[dim] = 0;
        int[] cells = Cells.walk(index.shape(), strides, 0);
        for (int i = 0; i < cells.length; i++) {
            cells[i] += (int) index.integer(i) * stride;
        }
        return cells;
    }
}
