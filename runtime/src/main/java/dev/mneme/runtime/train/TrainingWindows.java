package dev.mneme.runtime.train;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import dev.mneme.tensor.RandomSource;

/**
 * The training split without end: finite data starts over in another order. A function of the position alone, which counts
 * from the first step of the run in every stage of a curriculum, so that no two stages draw from the same place.
 */
final class TrainingWindows {
    private final Task task;
    private final int rows;
    private final long seed;
    private final long size;
    private long epoch;
    private WindowSource source;

    TrainingWindows(Task task, int rows, long seed) {
        this.task = task;
        this.rows = rows;
        this.seed = seed;
        this.source = task.windows(Split.TRAIN, rows, seed);
        this.size = source.size();
        if (size == 0) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "the training split has no window of " + rows
                            + " rows. Use more data, a smaller train.batch or fewer train.segments");
        }
    }

    Window window(long position) {
        long wanted = position / size;
        if (wanted != epoch) {
            long epochSeed = wanted == 0 ? seed : new RandomSource(seed, wanted).nextKey();
            source = task.windows(Split.TRAIN, rows, epochSeed);
            epoch = wanted;
        }
        return source.window(position % size);
    }

    /** Whether the window at this position follows the one before; the first one of a pass over the data does not. */
    boolean followsAnother(long position) {
        return position % size != 0;
    }
}
