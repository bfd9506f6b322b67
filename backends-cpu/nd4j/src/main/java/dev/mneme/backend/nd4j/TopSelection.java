package dev.mneme.backend.nd4j;

/** Finds the k highest of n ranks, the lower position first among equals, with a heap of k candidates. */
final class TopSelection {
    private final long[] ranks;
    private final int[] heap;

    TopSelection(int size, int k) {
        ranks = new long[size];
        heap = new int[k];
    }

    void rank(int position, long rank) {
        ranks[position] = rank;
    }

    /** Positions from the highest rank down; the array is reused by the next call. */
    int[] best() {
        int k = heap.length;
        for (int i = 0; i < k; i++) {
            heap[i] = i;
        }
        for (int i = k / 2 - 1; i >= 0; i--) {
            sink(i, k);
        }
        for (int i = k; i < ranks.length; i++) {
            if (isBehind(heap[0], i)) {
                heap[0] = i;
                sink(0, k);
            }
        }
        for (int end = k - 1; end > 0; end--) {
            int worst = heap[0];
            heap[0] = heap[end];
            heap[end] = worst;
            sink(0, end);
        }
        return heap;
    }

    /** The worst candidate is at the root. */
    private void sink(int from, int end) {
        int parent = from;
        int moved = heap[from];
        while (true) {
            int child = 2 * parent + 1;
            if (child >= end) {
                break;
            }
            if (child + 1 < end && isBehind(heap[child + 1], heap[child])) {
                child++;
            }
            if (!isBehind(heap[child], moved)) {
                break;
            }
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
    }

    private boolean isBehind(int a, int b) {
        return ranks[a] < ranks[b] || ranks[a] == ranks[b] && a > b;
    }
}
