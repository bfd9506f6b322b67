package dev.mneme.transformerxl;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
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
        Axis parts = Axis.labelled("keys", PARTS);
        int keys = layers.get(0).size(2);
        return List.of(
                new MemoryView(
                        "Attention by distance",
                        "How far back tokens look: the mean attention on keys so many rows before the token itself, by where"
                                + " the key comes from. Both curves together sum to one.",
                        Kind.LINES,
                        parts,
                        Axis.range("rows back", 0, keys - 1.0, keys),
                        Panel.perHead(layers, (layer, weights, head) -> byDistance(weights, head))),
                new MemoryView(
                        "Attention on the cache",
                        "The mean share of a token's attention on rows of earlier segments and on its own segment.",
                        Kind.TIMELINE,
                        parts,
                        Axis.now(),
                        Panel.perHead(layers, (layer, weights, head) -> byPart(weights, head))));
    }

    private static float[] byDistance(Numbers weights, int head) {
        int queries = weights.size(1);
        int keys = weights.size(2);
        int cached = keys - queries;
        float[] mass = new float[2 * keys];
        for (int query = 0; query < queries; query++) {
            for (int key = 0; key <= cached + query; key++) {
                int row = key < cached ? 0 : 1;
                mass[row * keys + cached + query - key] += weights.at(head, query, key) / queries;
            }
        }
        return mass;
    }

    private static float[] byPart(Numbers weights, int head) {
        int keys = weights.size(2);
        float[] mass = byDistance(weights, head);
        float[] parts = new float[2];
        for (int i = 0; i < mass.length; i++) {
            parts[i / keys] += mass[i];
        }
        return parts;
    }
}
