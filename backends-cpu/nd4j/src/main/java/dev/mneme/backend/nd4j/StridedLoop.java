package dev.mneme.backend.nd4j;

import java.util.Arrays;

/**
 * Walks several arrays of one shape but different strides in row-major order of that shape, one innermost run at a
 * time. Neighbouring dimensions that all arrays walk through evenly count as one, so that runs are long.
 */
final class StridedLoop {
    private final long[] sizes;
    private final long[][] strides;

    /** What is done with one run: where it starts in each array. */
    interface Run {
        void accept(long[] offsets);
    }

    StridedLoop(long[] sizes, long[]... strides) {
        int rank = sizes.length;
        long[] merged = new long[rank + 1];
        long[][] mergedStrides = new long[strides.length][rank + 1];
        int count = 0;
        for (int dim = 0; dim < rank; dim++) {
            if (sizes[dim] == 1) {
                continue;
            }
            if (count > 0 && continues(mergedStrides, count - 1, strides, dim, sizes[dim])) {
                merged[count - 1] *= sizes[dim];
            } else {
                merged[count++] = sizes[dim];
            }
            for (int a = 0; a < strides.length; a++) {
                mergedStrides[a][count - 1] = strides[a][dim];
            }
        }
        if (count == 0) {
            merged[count++] = 1;
        }
        this.sizes = Arrays.copyOf(merged, count);
        this.strides = new long[strides.length][];
        for (int a = 0; a < strides.length; a++) {
            this.strides[a] = Arrays.copyOf(mergedStrides[a], count);
        }
    }

    private static boolean continues(long[][] merged, int last, long[][] strides, int dim, long size) {
        for (int a = 0; a < strides.length; a++) {
            if (merged[a][last] != strides[a][dim] * size) {
                return false;
            }
        }
        return true;
    }

    int rank() {
        return sizes.length;
    }

    long size(int dim) {
        return sizes[dim];
    }

    long stride(int array, int dim) {
        return strides[array][dim];
    }

    long runLength() {
        return sizes[sizes.length - 1];
    }

    long runStride(int array) {
        return strides[array][sizes.length - 1];
    }

    /** The dimension along which this array's neighbours lie side by side, or -1. */
    int unitDimension(int array) {
        for (int dim = sizes.length - 1; dim >= 0; dim--) {
            if (strides[array][dim] == 1) {
                return dim;
            }
        }
        return -1;
    }

    void forEachRun(Run run) {
        forEach(run, sizes.length - 1, -1);
    }

    /** As {@link #forEachRun}, but for planes of the given and the last dimension. */
    void forEachPlane(int planeDim, Run plane) {
        forEach(plane, sizes.length - 1, planeDim);
    }

    private void forEach(Run run, int dims, int skipped) {
        long[] position = new long[dims];
        long[] offsets = new long[strides.length];
        while (true) {
            run.accept(offsets);
            int dim = dims - 1;
            while (dim >= 0) {
                if (dim != skipped) {
                    if (++position[dim] < sizes[dim]) {
                        step(offsets, dim, 1);
                        break;
                    }
                    step(offsets, dim, 1 - sizes[dim]);
                    position[dim] = 0;
                }
                dim--;
            }
            if (dim < 0) {
                return;
            }
        }
    }

    private void step(long[] offsets, int dim, long count) {
        for (int a = 0; a < offsets.length; a++) {
            offsets[a] += count * strides[a][dim];
        }
    }
}
