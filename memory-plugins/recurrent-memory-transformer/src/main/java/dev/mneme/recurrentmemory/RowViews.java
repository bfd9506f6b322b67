package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Attention between tokens and memory rows. Keys are the cache, if there is one, and then the rows that ask. */
final class RowViews {
    private RowViews() {}

    /** The views of a segment with M memory rows before its tokens, and perhaps as many behind. */
    static List<MemoryView> of(Observation observation, int slots) {
        List<Numbers> layers = observation.byLayer("controller.layers.", ".attention");
        int length = observation.tokens().size();
        if (slots == 0 || length == 0 || layers.isEmpty()) {
            return List.of();
        }
        // Without rows behind the tokens, as in an encoder, those before them are written.
        boolean bothEnds = layers.get(0).size(1) == length + 2 * slots;
        int writing = bothEnds ? slots + length : 0;
        List<String> seen = new ArrayList<>(MemoryView.Axis.numbers("r", slots));
        seen.addAll(observation.tokens());
        if (bothEnds) {
            seen.addAll(MemoryView.Axis.numbers("w", slots));
        }
        return List.of(
                new MemoryView(
                        "Tokens read memory",
                        "The share of its attention that each token gives to each memory row; the rest goes to tokens.",
                        Kind.HEAT_MAP,
                        Axis.numbered("memory rows", "r", slots),
                        Axis.labelled("tokens", observation.tokens()),
                        Panel.perHead(layers, (layer, weights, head) -> {
                            int first = first(weights);
                            return weights.partTransposed(head, slots, slots + length, first, first + slots);
                        })),
                new MemoryView(
                        "Memory rows write",
                        "What each row of the next memory attends to: memory rows as they were (r), the tokens"
                                + (bothEnds ? ", and each other (w)." : "."),
                        Kind.HEAT_MAP,
                        Axis.numbered("written rows", bothEnds ? "w" : "r", slots),
                        Axis.labelled("rows in sight", seen),
                        Panel.perHead(
                                layers,
                                (layer, weights, head) -> weights.part(
                                        head, writing, writing + slots, first(weights), weights.size(2)))));
    }

    /** The first key that is not of the cache. */
    private static int first(Numbers weights) {
        return weights.size(2) - weights.size(1);
    }
}
