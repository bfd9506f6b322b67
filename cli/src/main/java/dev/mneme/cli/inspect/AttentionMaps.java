package dev.mneme.cli.inspect;

import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.HeatMap;
import dev.mneme.nn.AttentionObserver;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the attention weights of the first row of a batch while a model runs, and draws them: who attends to which
 * memory slot and to which token, one map a head.
 */
public final class AttentionMaps implements AttentionObserver {
    /** More cells than this in one direction cannot be read. */
    private static final int MAX_TOKENS = 24;

    private static final int MAX_MAPS = 32;

    private final Map<String, double[][][]> maps = new LinkedHashMap<>();

    @Override
    public void observe(String path, Tensor weights) {
        int heads = Math.toIntExact(weights.size(1));
        int queries = Math.toIntExact(weights.size(2));
        int keys = Math.toIntExact(weights.size(3));
        if (maps.containsKey(path) || queries == 0 || keys == 0) {
            return;
        }
        double[] first = weights.detach().slice(0, 0, 1).toDoubles();
        double[][][] map = new double[heads][queries][];
        for (int h = 0; h < heads; h++) {
            for (int q = 0; q < queries; q++) {
                int from = (h * queries + q) * keys;
                map[h][q] = Arrays.copyOfRange(first, from, from + keys);
            }
        }
        maps.put(path, map);
    }

    /**
     * The maps, in the order in which the model ran.
     *
     * @param tokens of the first row as a person reads them
     * @param targets decoder inputs of the first row; empty unless encoder-decoder
     */
    public Fragment render(List<String> tokens, List<String> targets) {
        if (maps.isEmpty()) {
            return Fragment.paragraph("No attention was recorded.");
        }
        List<Fragment> parts = new ArrayList<>();
        int drawn = 0;
        int leftOut = 0;
        for (Map.Entry<String, double[][][]> entry : maps.entrySet()) {
            double[][][] heads = entry.getValue();
            List<Fragment> figures = new ArrayList<>();
            for (int h = 0; h < heads.length && drawn < MAX_MAPS; h++, drawn++) {
                figures.add(map(entry.getKey(), h, heads[h], tokens, targets).render());
            }
            leftOut += heads.length - figures.size();
            parts.add(new Fragment(
                    "<div class=\"heats\">" + Fragment.join(figures).html() + "</div>"));
        }
        String note =
                "One example. Rows ask, columns are looked at; the darkest cell of each map is its largest weight. "
                        + "m1, m2, .. are memory slots."
                        + (tokens.size() > MAX_TOKENS ? " Only the first " + MAX_TOKENS + " tokens are drawn." : "")
                        + (leftOut > 0 ? " " + leftOut + " further heads are left out." : "");
        parts.add(0, Fragment.paragraph(note));
        return Fragment.join(parts);
    }

    private static HeatMap map(String path, int head, double[][] weights, List<String> tokens, List<String> targets) {
        boolean decoder = path.contains("decoder");
        boolean cross = path.endsWith("cross");
        Side queries = side(weights.length, decoder ? targets : tokens);
        Side keys = side(weights[0].length, decoder && !cross ? targets : tokens);
        double[][] drawn = new double[queries.labels().size()][];
        for (int q = 0; q < drawn.length; q++) {
            drawn[q] = Arrays.copyOf(weights[q], keys.labels().size());
        }
        return new HeatMap(
                readable(path) + ", head " + (head + 1),
                queries.axis(),
                keys.axis(),
                queries.labels(),
                keys.labels(),
                drawn);
    }

    /** Labels of one side of a map and what they are. */
    private record Side(String axis, List<String> labels) {}

    /** Rows that are more than there are tokens start with memory slots; other numbers of rows are slots alone. */
    private static Side side(int count, List<String> tokens) {
        int slots = count >= tokens.size() && !tokens.isEmpty() ? count - tokens.size() : count;
        int shownTokens = Math.min(count - slots, MAX_TOKENS);
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < Math.min(slots, MAX_TOKENS); i++) {
            labels.add("m" + (i + 1));
        }
        if (slots <= MAX_TOKENS) {
            labels.addAll(tokens.subList(0, shownTokens));
        }
        String axis = slots == 0 ? "tokens" : shownTokens == 0 ? "memory" : "memory, tokens";
        return new Side(axis, labels);
    }

    /** {@code controller.layers.0.attention} as {@code layer 1}. */
    private static String readable(String path) {
        StringBuilder text = new StringBuilder();
        for (String word : path.split("\\.", -1)) {
            if (word.chars().allMatch(Character::isDigit)) {
                text.append(" layer ").append(Integer.parseInt(word) + 1);
            } else if (!word.equals("controller") && !word.equals("layers") && !word.equals("attention")) {
                text.append(' ').append(word.replace('_', ' '));
            }
        }
        return text.toString().strip();
    }
}
