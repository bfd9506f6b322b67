package dev.mneme.cli.compare;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plans without a runtime. */
final class Plans {
    private Plans() {}

    /** Mechanisms {@code a} and {@code b} on {@code segment-copy}, two sizes, two seeds. */
    static ComparisonPlan small(@Nullable Budget budget) {
        Comparison comparison = new Comparison(
                "t",
                "q?",
                List.of(MemoryChoice.valueOf("a"), MemoryChoice.valueOf("b")),
                List.of(TaskChoice.valueOf("segment-copy")),
                List.of(0L, 1L),
                new Sizes("task.segments", List.of(2, 4)),
                null,
                Map.of("train.steps", 5),
                budget);
        List<PlannedPlace> places = new ArrayList<>();
        for (Place place : comparison.places()) {
            long tokens = 4L * place.size().intValue();
            Adjustment adjusted = budget == null ? null : new Adjustment("model.feed_forward", 7, 1001);
            places.add(new PlannedPlace(place, new ModelSize(1001, 256, tokens), adjusted, null, cells(place)));
        }
        return new ComparisonPlan(comparison, List.of(), places);
    }

    private static List<PlannedCell> cells(Place place) {
        List<PlannedCell> cells = new ArrayList<>();
        for (long seed : new long[] {0, 1}) {
            RunConfig config = new RunConfig(
                    place.memory().memory(),
                    place.task().task(),
                    "engine",
                    seed,
                    BackboneConfig.defaults(),
                    TrainConfig.defaults(),
                    Map.of(),
                    Map.of("segments", place.size()),
                    List.of());
            cells.add(PlannedCell.of(place, seed, config, 1));
        }
        return cells;
    }
}
