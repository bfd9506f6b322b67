package dev.mneme.memory;

import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation.Numbers;
import dev.mneme.stability.Beta;
import java.util.List;

/**
 * Views of causal attention over rows of earlier segments and then the segment's own: how far back it goes, and on what.
 *
 * @param layers attention weights of each layer, (heads, length, keys); the last {@code length} keys are the segment's
 * @param parts names of the keys' origins, the oldest first, the segment last
 * @param rows rows in sight of every part but the last, in the same order; keys before them are not filled
 */
@Beta
public record AttentionByDistance(List<Numbers> layers, List<String> parts, List<Integer> rows) {
    public AttentionByDistance {
        layers = List.copyOf(layers);
        parts = List.copyOf(parts);
        rows = List.copyOf(rows);
        if (parts.size() != rows.size() + 1) {
            throw new IllegalArgumentException(
                    "parts " + parts + ", rows " + rows + ": expected rows of every part but the last");
        }
    }

    /** The mean attention on keys so many rows before the token itself, a curve a part. */
    public MemoryView distances(String title, String explanation) {
        int keys = layers.get(0).size(2);
        return new MemoryView(
                title,
                explanation,
                Kind.LINES,
                Axis.labelled("keys", parts),
                Axis.range("rows back", 0, keys - 1.0, keys),
                Panel.perHead(layers, (layer, weights, head) -> byDistance(weights, head)));
    }

    /** The mean share of a token's attention on each part. */
    public MemoryView shares(String title, String explanation) {
        return new MemoryView(
                title,
                explanation,
                Kind.TIMELINE,
                Axis.labelled("keys", parts),
                Axis.now(),
                Panel.perHead(layers, (layer, weights, head) -> byPart(weights, head)));
    }

    /** (parts, keys), row by row. */
    private float[] byDistance(Numbers weights, int head) {
        int queries = weights.size(1);
        int keys = weights.size(2);
        int earlier = keys - queries;
        float[] mass = new float[parts.size() * keys];
        for (int query = 0; query < queries; query++) {
            int key = earlier - rows.stream().mapToInt(Integer::intValue).sum();
            for (int part = 0; part < parts.size(); part++) {
                int end = part < rows.size() ? key + rows.get(part) : earlier + query + 1;
                for (; key < end; key++) {
                    mass[part * keys + earlier + query - key] += weights.at(head, query, key) / queries;
                }
            }
        }
        return mass;
    }

    private float[] byPart(Numbers weights, int head) {
        int keys = weights.size(2);
        float[] mass = byDistance(weights, head);
        float[] shares = new float[parts.size()];
        for (int i = 0; i < mass.length; i++) {
            shares[i / keys] += mass[i];
        }
        return shares;
    }
}
