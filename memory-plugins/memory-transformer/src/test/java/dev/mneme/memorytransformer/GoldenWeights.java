package dev.mneme.memorytransformer;

import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which stored parameter is which part of which of ours. */
final class GoldenWeights {
    /** Rows {@code from} to {@code to} of a parameter; -1 = to the end. */
    private record Place(String path, int from, int to) {}

    private final GoldenFile file;
    private final int dim;
    private final Map<String, Place> places = new LinkedHashMap<>();

    private GoldenWeights(GoldenFile file) {
        this.file = file;
        this.dim = file.size("d");
    }

    /** Names of the re-implementation: {@code enc.0.attn.wq} and so on. */
    static GoldenWeights ofEquations(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file);
        weights.place("mem", "memory.slots");
        weights.place("emb", "controller.input.tokens.weight");
        weights.place("tgt_emb", "controller.target.tokens.weight");
        weights.place("out.w", "controller.head.weight");
        weights.place("out.b", "controller.head.bias");
        boolean encoder = file.names().stream().anyMatch(name -> name.startsWith("w.enc."));
        int layers = file.size(encoder ? "Le" : "Ld");
        for (int i = 0; i < layers; i++) {
            String stack = (encoder ? "enc." : "dec.") + i;
            weights.block(stack, "attn", "controller.layers." + i);
            weights.block(stack + ".seq", "attn", "controller.layers." + i);
            weights.block(stack + ".mem", "attn", "writer.layers." + i);
        }
        weights.block("enc.mem", "attn", "writer.shared");
        for (int i = 0; encoder && i < file.size("Ld"); i++) {
            weights.crossBlock("dec." + i, "controller.decoder." + i);
        }
        return weights;
    }

    /** Names of lucidrains/x-transformers. */
    static GoldenWeights ofXTransformers(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file);
        weights.place("memory_tokens", "memory.slots");
        weights.place("token_emb.weight", "controller.input.tokens.weight");
        weights.place("pos_emb.emb.weight", "controller.input.positions.weight");
        weights.place("to_logits.weight", "controller.head.weight");
        weights.place("to_logits.bias", "controller.head.bias");
        weights.place("norm.weight", "controller.layers.norm.gain");
        weights.place("norm.bias", "controller.layers.norm.bias");
        for (int i = 0; i < file.size("L"); i++) {
            String attention = "attn_layers.layers." + 2 * i;
            String feedForward = "attn_layers.layers." + (2 * i + 1);
            String block = "controller.layers." + i;
            weights.place(attention + ".0.weight", block + ".attention_norm.gain");
            weights.place(attention + ".0.bias", block + ".attention_norm.bias");
            weights.thirds(attention + ".1.to_", ".weight", block + ".attention.project.weight");
            weights.place(attention + ".1.to_out.weight", block + ".attention.output.weight");
            weights.place(attention + ".1.to_out.bias", block + ".attention.output.bias");
            weights.place(feedForward + ".0.weight", block + ".feed_forward_norm.gain");
            weights.place(feedForward + ".0.bias", block + ".feed_forward_norm.bias");
            weights.place(feedForward + ".1.net.0.0.weight", block + ".feed_forward.expand.weight");
            weights.place(feedForward + ".1.net.0.0.bias", block + ".feed_forward.expand.bias");
            weights.place(feedForward + ".1.net.2.weight", block + ".feed_forward.contract.weight");
            weights.place(feedForward + ".1.net.2.bias", block + ".feed_forward.contract.bias");
        }
        return weights;
    }

    private void block(String stored, String attention, String ours) {
        attention(stored + "." + attention, ours + ".attention");
        feedForward(stored + ".ff", ours + ".feed_forward");
        norm(stored + ".ln1", ours + ".attention_norm");
        norm(stored + ".ln2", ours + ".feed_forward_norm");
    }

    private void crossBlock(String stored, String ours) {
        attention(stored + ".self", ours + ".attention");
        attention(stored + ".cross", ours + ".cross");
        feedForward(stored + ".ff", ours + ".feed_forward");
        norm(stored + ".ln1", ours + ".attention_norm");
        norm(stored + ".ln2", ours + ".cross_norm");
        norm(stored + ".ln3", ours + ".feed_forward_norm");
    }

    private void attention(String stored, String ours) {
        thirds(stored + ".w", "", ours + ".project.weight");
        thirds(stored + ".b", "", ours + ".project.bias");
        place(stored + ".wo", ours + ".output.weight");
        place(stored + ".bo", ours + ".output.bias");
    }

    private void feedForward(String stored, String ours) {
        place(stored + ".w1", ours + ".expand.weight");
        place(stored + ".b1", ours + ".expand.bias");
        place(stored + ".w2", ours + ".contract.weight");
        place(stored + ".b2", ours + ".contract.bias");
    }

    private void norm(String stored, String ours) {
        place(stored + ".g", ours + ".gain");
        place(stored + ".b", ours + ".bias");
    }

    /** Queries, keys and values lie in one parameter of ours. */
    private void thirds(String prefix, String suffix, String path) {
        put(prefix + "q" + suffix, new Place(path, 0, dim));
        put(prefix + "k" + suffix, new Place(path, dim, 2 * dim));
        put(prefix + "v" + suffix, new Place(path, 2 * dim, 3 * dim));
    }

    private void place(String stored, String path) {
        put(stored, new Place(path, 0, -1));
    }

    private void put(String stored, Place place) {
        if (file.names().contains("w." + stored)) {
            places.put(stored, place);
        }
    }

    /** Writes all stored parameters into a model. */
    void assignTo(TestModel model) {
        for (String name : file.names()) {
            if (name.startsWith("w.") && !places.containsKey(name.substring(2))) {
                throw new AssertionError(file + ": no place for " + name);
            }
        }
        Map<String, double[]> whole = new LinkedHashMap<>();
        places.forEach((stored, place) -> {
            double[] values = whole.computeIfAbsent(
                    place.path(), path -> model.value(path).toDoubles());
            double[] part = file.doubles("w." + stored);
            int from = place.from() * rowLength(stored);
            if (place.to() < 0 && part.length != values.length) {
                throw new AssertionError(file + ": " + stored + " has another size than " + place.path());
            }
            System.arraycopy(part, 0, values, from, part.length);
        });
        whole.forEach(model::assign);
    }

    /** Compares gradients by our paths with the stored ones. */
    void compare(Map<String, double[]> gradients, GoldenComparison comparison) {
        places.forEach((stored, place) -> {
            double[] whole = gradients.get(place.path());
            int row = rowLength(stored);
            int to = place.to() < 0 ? whole.length : place.to() * row;
            comparison.check("grad." + stored, Arrays.copyOfRange(whole, place.from() * row, to));
        });
    }

    private int rowLength(String stored) {
        var shape = file.shape("w." + stored);
        return shape.rank() == 1 ? 1 : Math.toIntExact(shape.size(1));
    }
}
