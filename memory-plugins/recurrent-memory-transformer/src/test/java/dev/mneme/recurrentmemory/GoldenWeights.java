package dev.mneme.recurrentmemory;

import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Which rows of a stored parameter are which rows of one of ours. */
final class GoldenWeights {
    /** Stored rows from {@code from} on are these rows of ours, in this order. */
    private record Place(String stored, int from, String path, int[] rows) {}

    private final GoldenFile file;
    private final List<Place> places = new ArrayList<>();

    private GoldenWeights(GoldenFile file) {
        this.file = file;
    }

    /** Names of the official Transformer-XL code. */
    static GoldenWeights ofXl(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file);
        weights.whole("mem_tokens", "memory.slots");
        weights.whole("r_w_bias", "controller.layers.content_bias");
        weights.whole("r_r_bias", "controller.layers.position_bias");
        weights.whole("word_emb.emb_layers.0.weight", "controller.tokens.weight");
        weights.whole("crit.out_layers.0.bias", "controller.head_bias");
        for (int i = 0; i < file.size("layers"); i++) {
            String stored = "layers." + i;
            String ours = "controller.layers." + i;
            weights.whole(stored + ".dec_attn.qkv_net.weight", ours + ".attention.project.weight");
            weights.whole(stored + ".dec_attn.o_net.weight", ours + ".attention.output.weight");
            weights.whole(stored + ".dec_attn.r_net.weight", ours + ".attention.position.weight");
            weights.norm(stored + ".dec_attn.layer_norm", ours + ".attention_norm");
            weights.linear(stored + ".pos_ff.CoreNet.0", ours + ".feed_forward.expand");
            weights.linear(stored + ".pos_ff.CoreNet.3", ours + ".feed_forward.contract");
            weights.norm(stored + ".pos_ff.layer_norm", ours + ".feed_forward_norm");
        }
        return weights;
    }

    /** Names of the stand-in within the official wrapper for decoders. */
    static GoldenWeights ofDecoder(GoldenFile file) {
        GoldenWeights weights = ofStandIn(file);
        weights.whole("memory", "memory.slots");
        weights.whole("emb.weight", "controller.input.tokens.weight");
        weights.whole("pos.weight", "controller.input.positions.weight");
        return weights;
    }

    /**
     * Names of the stand-in within the official wrapper for encoders. There the memory rows are the last rows of the
     * embedding, and stand at positions 1 to M behind the first token; ours stand before it.
     */
    static GoldenWeights ofEncoder(GoldenFile file) {
        GoldenWeights weights = ofStandIn(file);
        int vocabulary = file.size("V");
        int slots = file.size("M");
        weights.put(new Place("emb.weight", 0, "controller.input.tokens.weight", range(0, vocabulary)));
        weights.put(new Place("emb.weight", vocabulary, "memory.slots", range(0, slots)));
        int[] positions = range(0, Math.toIntExact(file.shape("w.pos.weight").size(0)));
        positions[0] = slots;
        for (int row = 0; row < slots; row++) {
            positions[row + 1] = row;
        }
        weights.put(new Place("pos.weight", 0, "controller.input.positions.weight", positions));
        return weights;
    }

    private static GoldenWeights ofStandIn(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file);
        weights.norm("lnf", "controller.layers.norm");
        weights.linear("head", "controller.head");
        for (int i = 0; i < file.size("L"); i++) {
            String stored = "blocks." + i;
            String ours = "controller.layers." + i;
            weights.norm(stored + ".ln1", ours + ".attention_norm");
            weights.norm(stored + ".ln2", ours + ".feed_forward_norm");
            weights.linear(stored + ".qkv", ours + ".attention.project");
            weights.linear(stored + ".o", ours + ".attention.output");
            weights.linear(stored + ".f1", ours + ".feed_forward.expand");
            weights.linear(stored + ".f2", ours + ".feed_forward.contract");
        }
        return weights;
    }

    private void norm(String stored, String ours) {
        whole(stored + ".weight", ours + ".gain");
        whole(stored + ".bias", ours + ".bias");
    }

    private void linear(String stored, String ours) {
        whole(stored + ".weight", ours + ".weight");
        whole(stored + ".bias", ours + ".bias");
    }

    private void whole(String stored, String path) {
        if (file.names().contains("w." + stored)) {
            put(new Place(
                    stored,
                    0,
                    path,
                    range(0, Math.toIntExact(file.shape("w." + stored).size(0)))));
        }
    }

    private void put(Place place) {
        places.add(place);
    }

    private static int[] range(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    /** Writes all stored parameters into a model. */
    void assignTo(TestModel model) {
        for (String name : file.names()) {
            if (name.startsWith("w.") && places.stream().noneMatch(place -> name.equals("w." + place.stored()))) {
                throw new AssertionError(file + ": no place for " + name);
            }
        }
        Map<String, double[]> whole = new LinkedHashMap<>();
        for (Place place : places) {
            double[] ours = whole.computeIfAbsent(
                    place.path(), path -> model.value(path).toDoubles());
            copy(place, file.doubles("w." + place.stored()), ours, true);
            if (place.rows().length * width(place) != ours.length) {
                throw new AssertionError(file + ": " + place.stored() + " does not fill " + place.path());
            }
        }
        whole.forEach(model::assign);
    }

    /** Compares gradients by our paths with the stored ones. */
    void compare(Map<String, double[]> gradients, GoldenComparison comparison) {
        Map<String, double[]> stored = new LinkedHashMap<>();
        for (Place place : places) {
            double[] gradient = stored.computeIfAbsent(
                    place.stored(),
                    name -> new double[Math.toIntExact(file.shape("w." + name).elements())]);
            copy(place, gradient, gradients.get(place.path()), false);
        }
        stored.forEach((name, gradient) -> comparison.check("grad." + name, gradient));
    }

    private void copy(Place place, double[] stored, double[] ours, boolean toOurs) {
        int width = width(place);
        for (int i = 0; i < place.rows().length; i++) {
            int theirs = (place.from() + i) * width;
            int row = place.rows()[i] * width;
            if (toOurs) {
                System.arraycopy(stored, theirs, ours, row, width);
            } else {
                System.arraycopy(ours, row, stored, theirs, width);
            }
        }
    }

    private int width(Place place) {
        var shape = file.shape("w." + place.stored());
        return Math.toIntExact(shape.elements() / shape.size(0));
    }
}
