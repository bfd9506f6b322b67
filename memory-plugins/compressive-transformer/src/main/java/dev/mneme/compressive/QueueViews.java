package dev.mneme.compressive;

import dev.mneme.memory.AttentionByDistance;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.List;

/**
 * How attention is shared between the two queues and the segment. Keys are compressed rows, memory rows and the segment's,
 * without a gap, behind places that are not filled.
 */
final class QueueViews {
    private static final List<String> PARTS = List.of("compressed rows", "cached rows", "this segment");

    private QueueViews() {}

    /** The views of a segment; none of a memory without rows. */
    static List<MemoryView> of(Observation observation, Sizes sizes) {
        List<Numbers> layers = observation.byLayer("controller.layers.", ".attention");
        if (layers.isEmpty() || layers.get(0).size(1) == 0 || sizes.places() == 0) {
            return List.of();
        }
        int cached = count(observation, CompressiveMemory.COUNT, sizes.places());
        int compressed = sizes.compressed() == 0
                ? 0
                : count(observation, CompressiveMemory.COMPRESSED_COUNT, sizes.compressed());
        AttentionByDistance attention = new AttentionByDistance(layers, PARTS, List.of(compressed, cached));
        return List.of(
                attention.distances(
                        "Attention by distance",
                        "How far back tokens look: the mean attention on keys so many rows before the token itself, by where"
                                + " the key comes from. A compressed row counts as one, whatever it was made of. The curves"
                                + " together sum to one."),
                attention.shares(
                        "Attention on the queues",
                        "The mean share of a token's attention on compressed rows, on fresh cached rows and on its own"
                                + " segment."));
    }

    private static int count(Observation observation, String counter, int most) {
        return (int) Math.min(most, observation.before().get(counter).toLongs()[0]);
    }
}
