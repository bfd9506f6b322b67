package dev.mneme.compressive;

import dev.mneme.tck.golden.GoldenComparison;
import dev.mneme.tck.golden.GoldenFile;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which parameter of lucidrains/compressive-transformer-pytorch is which part of which of ours. */
final class LucidWeights {
    /** Rows {@code from} to {@code to} of a parameter of that many rows. */
    private record Place(String path, long from, long to, long rows) {}

    private final GoldenFile file;
    private final Map<String, Place> places = new LinkedHashMap<>();

    LucidWeights(GoldenFile file, int layers) {
        this.file = file;
        whole("pos_emb", "controller.layers.relative.places");
        whole("token_emb.weight", "controller.tokens.weight");
        whole("to_logits.1.weight", "controller.head.weight");
        whole("to_logits.1.bias", "controller.head.bias");
        for (int layer = 0; layer < layers; layer++) {
            String attention = "attn_layers." + layer + ".fn.";
            String feedForward = "ff_layers." + layer + ".fn.";
            String block = "controller.layers." + layer;
            String compress = "writer.layers." + layer + ".compress";
            whole(attention + "norm.weight", block + ".attention_norm.gain");
            whole(attention + "norm.bias", block + ".attention_norm.bias");
            whole(attention + "fn.compress_mem_fn.conv.weight", compress + ".weight");
            whole(attention + "fn.compress_mem_fn.conv.bias", compress + ".bias");
            long width = rows(attention + "fn.to_q.weight");
            String project = block + ".attention.project.weight";
            places.put(attention + "fn.to_q.weight", new Place(project, 0, width, 3 * width));
            places.put(attention + "fn.to_kv.weight", new Place(project, width, 3 * width, 3 * width));
            whole(attention + "fn.to_out.weight", block + ".attention.output.weight");
            whole(attention + "fn.to_out.bias", block + ".attention.output.bias");
            whole(feedForward + "norm.weight", block + ".feed_forward_norm.gain");
            whole(feedForward + "norm.bias", block + ".feed_forward_norm.bias");
            whole(feedForward + "fn.w1.weight", block + ".feed_forward.expand.weight");
            whole(feedForward + "fn.w1.bias", block + ".feed_forward.expand.bias");
            whole(feedForward + "fn.w2.weight", block + ".feed_forward.contract.weight");
            whole(feedForward + "fn.w2.bias", block + ".feed_forward.contract.bias");
        }
    }

    private long rows(String stored) {
        return file.shape("param." + stored).size(0);
    }

    private void whole(String stored, String path) {
        places.put(stored, new Place(path, 0, rows(stored), rows(stored)));
    }

    void assignTo(TestModel model) {
        Map<String, double[]> values = new LinkedHashMap<>();
        places.forEach((stored, place) -> {
            double[] whole = values.computeIfAbsent(
                    place.path(), path -> model.value(path).toDoubles());
            double[] part = file.doubles("param." + stored);
            System.arraycopy(part, 0, whole, start(place, whole), part.length);
        });
        if (!values.keySet().equals(model.parameters().keySet())) {
            throw new AssertionError("stored " + values.keySet() + ", there is "
                    + model.parameters().keySet());
        }
        values.forEach(model::assign);
    }

    void compare(Map<String, double[]> gradients, GoldenComparison comparison) {
        places.forEach((stored, place) -> {
            double[] whole = gradients.get(place.path());
            int start = start(place, whole);
            int end = start + Math.toIntExact(whole.length / place.rows() * (place.to() - place.from()));
            comparison.check("grad.param." + stored, Arrays.copyOfRange(whole, start, end));
        });
    }

    private static int start(Place place, double[] whole) {
        return Math.toIntExact(whole.length / place.rows() * place.from());
    }
}
