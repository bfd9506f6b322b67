package dev.mneme.memformer;

import dev.mneme.nn.Parameter;
import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Which stored parameter is which part of which of ours. */
final class GoldenWeights {
    /** For each of our values the number of the stored one it equals; those outside of the stored ones equal none. */
    private record Place(String path, IntUnaryOperator stored) {}

    private final GoldenFile file;
    private final int dim;
    private final Map<String, List<Place>> places = new LinkedHashMap<>();
    private final Map<String, Integer> rowsWithoutGradient = new LinkedHashMap<>();

    GoldenWeights(GoldenFile file, int dim) {
        this.file = file;
        this.dim = dim;
    }

    /** Names of the equations: {@code enc.0.read.wq} and so on. */
    static GoldenWeights ofEquations(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file, file.size("d"));
        weights.place("tok", "controller.input.tokens.weight");
        weights.place("tok", "controller.target.tokens.weight");
        weights.place("pos_enc", "controller.input.positions.weight");
        weights.place("pos_dec", "controller.target.positions.weight");
        weights.place("out", "controller.head.weight");
        for (int i = 0; i < file.size("enc_layers"); i++) {
            String stored = "enc." + i;
            String block = "controller.layers." + i;
            weights.attention(stored + ".self.w", "", block + ".attention");
            weights.attention(stored + ".read.w", "", "reader.layers." + i + ".attention");
            weights.norm(stored + ".ln1.", "g", "b", block + ".attention_norm");
            weights.norm(stored + ".ln2.", "g", "b", "reader.layers." + i + ".norm");
            weights.norm(stored + ".ln3.", "g", "b", block + ".feed_forward_norm");
            weights.feedForward(stored + ".ff.", block);
        }
        for (int i = 0; i < file.size("dec_layers"); i++) {
            String stored = "dec." + i;
            String block = "controller.decoder." + i;
            weights.attention(stored + ".self.w", "", block + ".attention");
            weights.attention(stored + ".cross.w", "", block + ".cross");
            weights.norm(stored + ".ln1.", "g", "b", block + ".attention_norm");
            weights.norm(stored + ".ln2.", "g", "b", block + ".cross_norm");
            weights.norm(stored + ".ln3.", "g", "b", block + ".feed_forward_norm");
            weights.feedForward(stored + ".ff.", block);
        }
        weights.norm("enc_ln.", "g", "b", "controller.layers.norm");
        weights.norm("dec_ln.", "g", "b", "controller.decoder.norm");
        weights.attention("writer.w", "", "writer.attention");
        weights.place("writer.v_bias", "memory.v_bias");
        return weights;
    }

    /** Names of lucidrains/memformer, whose flag for one-sided buckets is set the wrong way round in both stacks. */
    static GoldenWeights ofLucidrains(GoldenFile file, int maxDistance) {
        GoldenWeights weights = new GoldenWeights(file, file.size("dim"));
        weights.place("memory_slots", "memory.memory_slots");
        weights.place("encoder.token_emb.weight", "controller.input.tokens.weight");
        weights.place("decoder.net.token_emb.weight", "controller.target.tokens.weight");
        weights.place("decoder.net.to_logits.weight", "controller.head.weight");
        weights.place("decoder.net.to_logits.bias", "controller.head.bias");
        weights.buckets("encoder", "controller.layers", maxDistance, false);
        weights.buckets("decoder.net", "controller.decoder", maxDistance, true);
        weights.norm("encoder.norm.", "weight", "bias", "controller.layers.norm");
        weights.norm("decoder.net.norm.", "weight", "bias", "controller.decoder.norm");
        for (int i = 0; i < file.size("enc_depth"); i++) {
            String stored = "encoder.layer_blocks.layers." + i;
            String block = "controller.layers." + i;
            weights.lucidAttention(stored + ".0.fn.", block + ".attention", block + ".attention_norm");
            weights.lucidAttention(
                    stored + ".1.fn.", "reader.layers." + i + ".attention", "reader.layers." + i + ".norm");
            weights.lucidFeedForward(stored + ".2.fn.", block + ".feed_forward", block + ".feed_forward_norm");
        }
        for (int i = 0; i < file.size("dec_depth"); i++) {
            String stored = "decoder.net.layer_blocks.layers." + i;
            String block = "controller.decoder." + i;
            weights.lucidAttention(stored + ".0.fn.", block + ".attention", block + ".attention_norm");
            weights.lucidAttention(stored + ".1.fn.", block + ".cross", block + ".cross_norm");
            weights.lucidFeedForward(stored + ".2.fn.", block + ".feed_forward", block + ".feed_forward_norm");
        }
        weights.lucidProjections("mem_updater.", "writer.attention");
        weights.place("gru.weight_ih", "writer.gru.input.weight");
        weights.place("gru.bias_ih", "writer.gru.input.bias");
        weights.place("gru.weight_hh", "writer.gru.hidden.weight");
        weights.place("gru.bias_hh", "writer.gru.hidden.bias");
        weights.lucidFeedForward("mem_ff.fn.", "writer.feed_forward", "writer.norm");
        return weights;
    }

    /** Names of qywu/memformers. */
    static GoldenWeights ofMemBart(GoldenFile file) {
        GoldenWeights weights = new GoldenWeights(file, file.size("dim"));
        int offset = file.size("position_offset") * weights.dim;
        weights.place("memory_bias", "memory.memory_bias");
        weights.place("embed_tokens.weight", "controller.input.tokens.weight");
        weights.rowsWithoutGradient.put("embed_tokens.weight", file.size("pad_id"));
        weights.put("embed_positions.weight", "controller.input.positions.weight", i -> i + offset);
        weights.norm("layernorm_embedding.", "weight", "bias", "controller.input.norm");
        weights.norm("memory_layer_norm.", "weight", "bias", "writer.norm");
        for (String part : List.of("weight", "bias")) {
            weights.place("memory_gate_net.dense." + part, "writer.gate.hidden." + part);
            weights.place("memory_gate_net.dense2." + part, "writer.gate.output." + part);
        }
        for (int i = 0; i < file.size("layers"); i++) {
            weights.bartBlock("layers." + i, "", "controller.layers." + i);
            weights.bartBlock("layers." + i, "mem_", "writer.layers." + i);
        }
        return weights;
    }

    private void bartBlock(String stored, String stream, String ours) {
        for (String part : List.of("weight", "bias")) {
            String attention = stored + ".self_attn." + stream;
            thirds(attention, "_proj." + part, ours + ".attention.project." + part);
            place(attention + "out_proj." + part, ours + ".attention.output." + part);
            place(stored + "." + stream + "fc1." + part, ours + ".feed_forward.expand." + part);
            place(stored + "." + stream + "fc2." + part, ours + ".feed_forward.contract." + part);
        }
        norm(stored + "." + stream + "self_attn_layer_norm.", "weight", "bias", ours + ".attention_norm");
        norm(stored + "." + stream + "final_layer_norm.", "weight", "bias", ours + ".feed_forward_norm");
    }

    /** A pre-norm attention of lucidrains. */
    void lucidAttention(String stored, String attention, String norm) {
        lucidProjections(stored + "fn.", attention);
        norm(stored + "norm.", "weight", "bias", norm);
    }

    private void lucidProjections(String stored, String ours) {
        for (String part : List.of("weight", "bias")) {
            int row = part.equals("weight") ? dim : 1;
            put(stored + "to_q." + part, ours + ".project." + part, i -> i);
            put(stored + "to_kv." + part, ours + ".project." + part, i -> i - dim * row);
            place(stored + "to_out." + part, ours + ".output." + part);
        }
    }

    private void lucidFeedForward(String stored, String ours, String norm) {
        for (String part : List.of("weight", "bias")) {
            place(stored + "fn.net.0." + part, ours + ".expand." + part);
            place(stored + "fn.net.2." + part, ours + ".contract." + part);
        }
        norm(stored + "norm.", "weight", "bias", norm);
    }

    private void feedForward(String stored, String ours) {
        place(stored + "w1", ours + ".feed_forward.expand.weight");
        place(stored + "b1", ours + ".feed_forward.expand.bias");
        place(stored + "w2", ours + ".feed_forward.contract.weight");
        place(stored + "b2", ours + ".feed_forward.contract.bias");
    }

    /** Projections without biases. */
    void attention(String prefix, String suffix, String ours) {
        thirds(prefix, suffix, ours + ".project.weight");
        if (file.names().contains("w." + prefix + "o" + suffix)) {
            place(prefix + "o" + suffix, ours + ".output.weight");
        }
    }

    private void norm(String stored, String gain, String bias, String ours) {
        place(stored + gain, ours + ".gain");
        place(stored + bias, ours + ".bias");
    }

    /** Queries, keys and values lie in one parameter of ours. */
    private void thirds(String prefix, String suffix, String path) {
        int size = path.endsWith("bias") ? dim : dim * dim;
        put(prefix + "q" + suffix, path, i -> i);
        put(prefix + "k" + suffix, path, i -> i - size);
        put(prefix + "v" + suffix, path, i -> i - 2 * size);
    }

    /** One value a bucket of distances there, one a distance in ours. */
    private void buckets(String stored, String ours, int maxDistance, boolean twoSided) {
        int heads = file.size("heads");
        int count = file.size("rel_pos_buckets");
        int farthest = file.size("rel_pos_max_distance");
        put(
                stored + ".layer_blocks.rel_pos_emb.relative_attention_bias.weight",
                ours + ".relative.weight",
                i -> bucket(i / heads - maxDistance, twoSided, count, farthest) * heads + i % heads);
    }

    /**
     * T5's bucket of a distance (Raffel et al., arXiv 1910.10683): exact for near keys, logarithmic for far ones.
     *
     * @param distance key minus query
     * @param twoSided whether later keys have buckets of their own; if not they share bucket 0
     */
    private static int bucket(int distance, boolean twoSided, int count, int farthest) {
        int buckets = twoSided ? count / 2 : count;
        int first = twoSided && distance > 0 ? buckets : 0;
        int back = twoSided ? Math.abs(distance) : Math.max(-distance, 0);
        int exact = buckets / 2;
        if (back < exact) {
            return first + back;
        }
        double share = Math.log((double) back / exact) / Math.log((double) farthest / exact);
        return first + Math.min(buckets - 1, exact + (int) (share * (buckets - exact)));
    }

    void place(String stored, String path) {
        put(stored, path, i -> i);
    }

    private void put(String stored, String path, IntUnaryOperator index) {
        places.computeIfAbsent(stored, name -> new ArrayList<>()).add(new Place(path, index));
    }

    /** Writes all stored parameters into ours, and checks that none of ours that is touched is left half old. */
    void assignTo(Map<String, Parameter> parameters) {
        Map<String, double[]> whole = new LinkedHashMap<>();
        for (String name : file.names()) {
            if (!name.startsWith("w.")) {
                continue;
            }
            List<Place> found = places.get(name.substring(2));
            if (found == null) {
                throw new AssertionError(file + ": no place for " + name);
            }
            double[] stored = file.doubles(name);
            for (Place place : found) {
                double[] values = whole.computeIfAbsent(place.path(), path -> unknown(parameters, path));
                for (int i = 0; i < values.length; i++) {
                    int from = place.stored().applyAsInt(i);
                    values[i] = from >= 0 && from < stored.length ? stored[from] : values[i];
                }
            }
        }
        whole.forEach((path, values) -> {
            if (Arrays.stream(values).anyMatch(Double::isNaN)) {
                throw new AssertionError(file + ": not all of " + path + " is stored");
            }
            Tensor target = parameters.get(path).value();
            try (TensorScope scope = target.backend().scope()) {
                target.assign(target.backend().tensor(values, target.shape(), target.dtype()));
            }
        });
    }

    private double[] unknown(Map<String, Parameter> parameters, String path) {
        Parameter parameter = parameters.get(path);
        if (parameter == null) {
            throw new AssertionError(file + ": no parameter " + path + "; there is " + parameters.keySet());
        }
        double[] values = new double[Math.toIntExact(parameter.value().shape().elements())];
        Arrays.fill(values, Double.NaN);
        return values;
    }

    /**
     * Compares gradients by our paths with the stored ones.
     *
     * @param prefix of the stored ones, such as {@code grad.w.}
     */
    void compare(String prefix, Map<String, double[]> gradients, GoldenComparison comparison) {
        places.forEach((name, found) -> {
            double[] sum = new double[file.doubles("w." + name).length];
            for (Place place : found) {
                double[] whole = gradients.get(place.path());
                for (int i = 0; i < whole.length; i++) {
                    int to = place.stored().applyAsInt(i);
                    if (to >= 0 && to < sum.length) {
                        sum[to] += whole[i];
                    }
                }
            }
            if (rowsWithoutGradient.containsKey(name)) {
                int row = rowsWithoutGradient.get(name);
                Arrays.fill(sum, row * dim, (row + 1) * dim, 0);
            }
            comparison.check(prefix + name, sum);
        });
    }
}
