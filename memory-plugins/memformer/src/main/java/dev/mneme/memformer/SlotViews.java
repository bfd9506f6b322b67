package dev.mneme.memformer;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** What slots show of a segment: who reads them, what they take in, what they forget. */
final class SlotViews {
    private final Observation observation;
    private final int slots;
    private final Axis slotAxis;

    private SlotViews(Observation observation, int slots) {
        this.observation = observation;
        this.slots = slots;
        slotAxis = Axis.numbered("slots", "m", slots);
    }

    /**
     * The views of a segment.
     *
     * @param slots k
     * @param rest the vectors that slots are drawn towards, (k, dim)
     */
    static List<MemoryView> of(Observation observation, int slots, Tensor rest) {
        SlotViews views = new SlotViews(observation, slots);
        List<MemoryView> all = new ArrayList<>();
        if (!observation.tokens().isEmpty()) {
            views.addReads(all);
            views.addWrites(all);
            views.addForgetting(all, rest);
        }
        return all;
    }

    /** The variants bmn and gru read by modules of their own, membart in the blocks' attention, slots first. */
    private void addReads(List<MemoryView> all) {
        List<Numbers> own = observation.byLayer("reader.layers.", ".attention");
        List<Numbers> layers = own.isEmpty() ? observation.byLayer("controller.layers.", ".attention") : own;
        if (!layers.isEmpty()) {
            all.add(new MemoryView(
                    "Reads",
                    "How much each token attends to each slot. Of a memory that is read apart from the tokens, the"
                            + " weights of a token sum to one.",
                    Kind.HEAT_MAP,
                    slotAxis,
                    Axis.labelled("tokens", observation.tokens()),
                    Panel.perHead(
                            layers, (layer, seen, head) -> seen.partTransposed(head, 0, seen.size(1), 0, slots))));
        }
    }

    /** What a slot attends to when it is written: (heads, k, k + length), of which it sees itself and the tokens. */
    private List<Numbers> writers() {
        Numbers once = observation.seen().get("writer.attention");
        return once == null ? observation.byLayer("writer.layers.", ".attention") : List.of(once);
    }

    private void addWrites(List<MemoryView> all) {
        List<Numbers> writers = writers();
        if (writers.isEmpty()) {
            return;
        }
        List<String> seen = new ArrayList<>(List.of("itself"));
        seen.addAll(observation.tokens());
        all.add(new MemoryView(
                "Writes",
                "What each slot attends to when it is written: itself, which is what it keeps, and the tokens. The weights"
                        + " of a slot sum to one.",
                Kind.HEAT_MAP,
                slotAxis,
                Axis.labelled("itself and tokens", seen),
                Panel.perHead(writers, (layer, weights, head) -> written(weights, head))));
        all.add(new MemoryView(
                "What slots keep",
                "The weight each slot gives to itself when it is written: at one it stays as it is, at zero it is"
                        + " overwritten by the segment.",
                Kind.TIMELINE,
                slotAxis,
                Axis.now(),
                Panel.perHead(writers, (layer, weights, head) -> kept(weights, head))));
    }

    private float[] written(Numbers weights, int head) {
        int length = weights.size(2) - slots;
        float[] values = new float[slots * (length + 1)];
        float[] kept = kept(weights, head);
        float[] taken = weights.part(head, 0, slots, slots, slots + length);
        for (int slot = 0; slot < slots; slot++) {
            values[slot * (length + 1)] = kept[slot];
            System.arraycopy(taken, slot * length, values, slot * (length + 1) + 1, length);
        }
        return values;
    }

    private float[] kept(Numbers weights, int head) {
        float[] kept = new float[slots];
        for (int slot = 0; slot < slots; slot++) {
            kept[slot] = weights.at(head, slot, slot);
        }
        return kept;
    }

    private void addForgetting(List<MemoryView> all, Tensor rest) {
        Tensor after = UnitLength.of(observation.after().get(MemformerMemory.SLOTS));
        Tensor before = UnitLength.of(observation.before().get(MemformerMemory.SLOTS));
        all.add(cosine(
                "Forgetting",
                "Cosine between each slot behind the segment and the learned vector it starts from: at one it has forgotten"
                        + " everything.",
                UnitLength.of(rest),
                after));
        all.add(cosine(
                "Staying",
                "Cosine between each slot behind the segment and the same slot before it: at one the segment has left its"
                        + " direction alone.",
                before,
                after));
    }

    private MemoryView cosine(String title, String explanation, Tensor from, Tensor to) {
        Panel panel = Panel.of("whole slots", from.mul(to).sum(false, -1));
        return new MemoryView(title, explanation, Kind.TIMELINE, slotAxis, Axis.now(), List.of(panel));
    }
}
