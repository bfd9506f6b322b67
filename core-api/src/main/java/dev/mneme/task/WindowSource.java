package dev.mneme.task;

/**
 * Windows by position. A pure function of the position, so that the position alone, one number, continues a run
 * exactly where it stopped.
 */
public interface WindowSource {
    /** Number of windows; {@link Long#MAX_VALUE} for endless training data. */
    long size();

    /**
     * The window at a position.
     *
     * @param position from 0 up to {@link #size()}, exclusive
     */
    Window window(long position);
}
