package dev.mneme.memorytransformer;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Attention between tokens and memory rows. */
final class ScratchpadViews {
    private ScratchpadViews() {}

    /** The views of a segment with M memory rows. */
    static List<MemoryView> of(Observation observation, int slots) {
        List<Numbers> layers = observation.byLayer("controller.layers.", ".attention");
        int length = observation.tokens().size();
        List<MemoryView> views = new ArrayList<>();
        if (slots == 0 || length == 0 || layers.isEmpty()) {
            return views;
        }
        Axis memory = Axis.numbered("memory rows", "m", slots);
        views.add(new MemoryView(
                "Tokens read memory",
                "The share of its attention that each token gives to each memory row; the rest goes to tokens.",
                Kind.HEAT_MAP,
                memory,
                Axis.labelled("tokens", observation.tokens()),
                Panel.perHead(
                        layers,
                        (layer, weights, head) ->
                                weights.partTransposed(head, weights.size(1) - length, weights.size(1), 0, slots))));
        List<Numbers> writers = writers(observation, layers, slots);
        if (!writers.isEmpty()) {
            views.add(new MemoryView(
                    "Memory rows write",
                    "What each memory row attends to: memory rows, and tokens where it may see them. A causal model hides"
                            + " the tokens from rows that stand before them.",
                    Kind.HEAT_MAP,
                    memory,
                    Axis.labelled("rows in sight", inSight(observation, writers.get(0), slots)),
                    Panel.perHead(
                            writers, (layer, weights, head) -> weights.part(head, 0, slots, 0, weights.size(2)))));
        }
        return views;
    }

    /** Memory rows ask in the sequence, or in blocks of their own, of which there may be one for all layers. */
    private static List<Numbers> writers(Observation observation, List<Numbers> layers, int slots) {
        if (layers.get(0).size(1) == observation.tokens().size() + slots) {
            return layers;
        }
        Numbers shared = observation.seen().get("writer.shared.attention");
        return shared == null ? observation.byLayer("writer.layers.", ".attention") : List.of(shared);
    }

    private static List<String> inSight(Observation observation, Numbers weights, int slots) {
        List<String> labels = new ArrayList<>(Axis.numbers("m", slots));
        if (weights.size(2) > slots) {
            labels.addAll(observation.tokens());
        }
        return labels;
    }
}
