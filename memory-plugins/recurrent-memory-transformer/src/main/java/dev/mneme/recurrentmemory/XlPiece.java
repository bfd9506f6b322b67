package dev.mneme.recurrentmemory;

import java.util.List;

/**
 * Consecutive rows of a segment's sequence (read rows, tokens, write rows) that go through the blocks together: all of
 * them, or what a stream is fed. A block of memory rows is never cut.
 *
 * @param first index in the sequence of the first row
 * @param count rows
 * @param blocks where in this piece a block of M memory rows begins
 * @param memoryRows M
 * @param cached rows C of the cache before the sequence
 */
record XlPiece(int first, int count, List<Integer> blocks, int memoryRows, int cached) {
    /** Keys in sight of the last row: the cache, and the sequence up to the end of this piece. */
    int keys() {
        return cached + first + count;
    }

    /** Whether this row of the piece is a memory row. */
    boolean isMemory(int row) {
        return blocks.stream().anyMatch(begin -> row >= begin && row < begin + memoryRows);
    }

    /**
     * Whether a row may attend to a key: to the past, in a block of memory rows to the whole block, and to the cache.
     *
     * @param row of this piece
     * @param key of {@link #keys()}
     * @param memorySeesCache whether memory rows see the cache as well
     */
    boolean allows(int row, int key, boolean memorySeesCache) {
        if (key < cached) {
            return memorySeesCache || !isMemory(row);
        }
        int earlier = key - cached - first;
        return earlier <= row
                || blocks.stream()
                        .anyMatch(begin -> row >= begin
                                && row < begin + memoryRows
                                && earlier >= begin
                                && earlier < begin + memoryRows);
    }
}
