package dev.mneme.cli.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of the table and its runs.
 *
 * @param place mechanism, task, size
 * @param size of its model; null if that cannot be built
 * @param adjustment what the budget changed; null if nothing
 * @param failure why its runs cannot start; null if they can
 * @param cells one a seed
 */
public record PlannedPlace(
        Place place,
        @Nullable ModelSize size,
        @Nullable Adjustment adjustment,
        @Nullable String failure,
        List<PlannedCell> cells) {
    public PlannedPlace {
        cells = List.copyOf(cells);
    }

    /** Such as {@code memformer on segment-copy, segments=3}. */
    public String label() {
        return place.label();
    }
}
