package dev.mneme.compressive;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.List;

/**
 * How attention is shared between the two queues and the segment. Keys are compressed rows, memory rows and the segment's,
 * without a gap, behind places that are not filled.
 *
 * @param compressed rows in sight
 * @param cached memory rows in sight
 */
record QueueViews(int compressed, int cached) {
    private static final List<String> PARTS = List.of("compressed rows", "cached rows", "this segment");

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
        return new QueueViews(compressed, cached).views(layers);
    }

    private static int count(Observation observation, String counter, int most) {
        return (int) Math.min(most, observation.before().get(counter).toLongs()[0]);
    }

    private List<MemoryView> views(List<Numbers> layers) {
        Axis parts = Axis.labelled("keys", PARTS);
        int keys = layers.get(0).size(2);
        return List.of(
                new MemoryView(
                        "Attention by distance",
                        "How far back tokens look: the mean attention on keys so many rows before the token itself, by where"
                                + " the key comes from. A compressed row counts as one, whatever it was made of. The curves"
                                + " together sum to one.",
                        Kind.LINES,
                        parts,
                        Axis.range("rows back", 0, keys - 1.0, keys),
                        Panel.perHead(layers, (layer, weights, head) -> byDistance(weights, head))),
                new MemoryView(
                        "Attention on the queues",
                        "The mean share of a token's attention on compressed rows, on fresh cached rows and on its own"
                                + " segment.",
                        Kind.TIMELINE,
                        parts,
                        Axis.now(),
                        Panel.perHead(layers, (layer, weights, head) -> byPart(weights, head))));
    }

    private float[] byDistance(Numbers weights, int head) {
        int queries = weights.size(1);
        int keys = weights.size(2);
        int earlier = keys - queries;
        float[] mass = new float[PARTS.size() * keys];
        for (int query = 0; query < queries; query++) {
            for (int key = earlier - cached - compressed; key <= earlier + query; key++) {
                int part = key >= earlier ? 2 : key >= earlier - cached ? 1 : 0;
                mass[part * keys + earlier + query - key] += weights.at(head, query, key) / queries;
            }
        }
        return mass;
    }

    private float[] byPart(Numbers weights, int head) {
        int keys = weights.size(2);
        float[] mass = byDistance(weights, head);
        float[] parts = new float[PARTS.size()];
        for (int i = 0; i < mass.length; i++) {
            parts[i / keys] += mass[i];
        }
        return parts;
    }
}
