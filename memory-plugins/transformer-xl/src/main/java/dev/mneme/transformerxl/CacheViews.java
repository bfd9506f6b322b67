package dev.mneme.transformerxl;

import dev.mneme.memory.AttentionByDistance;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.List;

/** How much attention goes back to cached rows, and how far. Keys are the cached rows in sight and then the segment's. */
final class CacheViews {
    private static final List<String> PARTS = List.of("cached rows", "this segment");

    private CacheViews() {}

    /** The views of a segment; none of a memory without rows. */
    static List<MemoryView> of(Observation observation) {
        List<Numbers> layers = observation.byLayer("controller.layers.", ".attention");
        if (layers.isEmpty()
                || layers.get(0).size(1) == 0
                || layers.get(0).size(2) == layers.get(0).size(1)) {
            return List.of();
        }
        int cached = layers.get(0).size(2) - layers.get(0).size(1);
        AttentionByDistance attention = new AttentionByDistance(layers, PARTS, List.of(cached));
        return List.of(
                attention.distances(
                        "Attention by distance",
                        "How far back tokens look: the mean attention on keys so many rows before the token itself, by where"
                                + " the key comes from. Both curves together sum to one."),
                attention.shares(
                        "Attention on the cache",
                        "The mean share of a token's attention on rows of earlier segments and on its own segment."));
    }
}
