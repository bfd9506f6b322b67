package dev.mneme.backbone;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.ReadRequest.Site;
import dev.mneme.memory.Reading;
import dev.mneme.nn.KeyValues;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** What was read for a batch, as each of its rows sees it. */
final class ReadingRows {
    private ReadingRows() {}

    /** Whether rows of the sequence attend to the sequence. */
    static boolean seesSequence(Reading reading) {
        if (reading instanceof Reading.Keys keys) {
            return keys.seesSequence();
        }
        return !(reading instanceof Reading.Projected extra) || extra.seesSequence();
    }

    /** To throw where a block cannot use what was answered. */
    static MnemeException misplaced(int layer, Site site, Reading reading) {
        return new MnemeException(
                ErrorCode.PLUGIN_MISBEHAVED,
                "reader answered " + reading.getClass().getSimpleName() + " at " + site + " of block " + layer
                        + "; see ReadRequest.Site for what fits where");
    }

    /** How one of several rows attends. */
    static Attention attention(AttentionMasks masks, Reading reading, int row, int rows) {
        if (reading instanceof Reading.Keys keys) {
            Tensor mask = mask(keys.mask(), row, rows);
            return masks.with(new Reading.Keys(row(keys.rows(), row, rows), mask, keys.seesSequence()));
        }
        if (reading instanceof Reading.Projected extra) {
            Tensor mask = mask(extra.mask(), row, rows);
            return masks.with(new Reading.Projected(row(extra.keyValues(), row, rows), mask, extra.seesSequence()));
        }
        return masks.self();
    }

    private static @Nullable Tensor mask(@Nullable Tensor mask, int row, int rows) {
        return mask == null || mask.rank() < 4 ? mask : row(mask, row, rows);
    }

    static KeyValues row(KeyValues all, int row, int rows) {
        return rows == 1 ? all : new KeyValues(row(all.keys(), row, rows), row(all.values(), row, rows));
    }

    /** One row of several, or all where there is one segment or one row for all. */
    private static Tensor row(Tensor all, int row, int rows) {
        return rows == 1 || all.size(0) == 1 ? all : all.slice(0, row, row + 1);
    }
}
