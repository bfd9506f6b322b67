package dev.mneme.infiniteformer;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import dev.mneme.memory.Observation;
import dev.mneme.memory.Observation.Numbers;
import java.util.ArrayList;
import java.util.List;

/** Where queries look on the line [0, 1], and where the old signal was sampled before the segment. */
final class SignalViews {
    /** Parts of the line that densities are averaged over, so that none is narrower than what is drawn. */
    static final int BINS = 100;

    private static final int QUERY_BINS = 50;
    private static final String LINE = "place on the signal, old to new";

    private final Observation observation;
    private final List<Numbers> means;
    private final List<Numbers> variances;

    private SignalViews(Observation observation) {
        this.observation = observation;
        means = observation.byLayer("reader.layers.", InfiniteFormerReader.SHOWN_MEAN);
        variances = observation.byLayer("reader.layers.", InfiniteFormerReader.SHOWN_VARIANCE);
    }

    /** The views of a segment; none where there is no signal yet. */
    static List<MemoryView> of(Observation observation, InfiniteFormerConfig config) {
        SignalViews views = new SignalViews(observation);
        if (views.means.isEmpty()) {
            return List.of();
        }
        List<MemoryView> all = new ArrayList<>();
        all.add(views.densities(config));
        all.add(views.queries());
        all.add(views.widths());
        return all;
    }

    private MemoryView densities(InfiniteFormerConfig config) {
        List<Numbers> sampled = observation.byLayer("writer.layers.", InfiniteFormerWriter.SHOWN_SHARES);
        int heads = means.get(0).size(0);
        List<String> rows = new ArrayList<>();
        for (int head = 0; head < heads; head++) {
            rows.add("head " + (head + 1));
        }
        if (!sampled.isEmpty()) {
            rows.add("sampled by the write");
        }
        List<Panel> panels = new ArrayList<>();
        for (int layer = 0; layer < means.size(); layer++) {
            float[] values = new float[rows.size() * BINS];
            for (int head = 0; head < heads; head++) {
                System.arraycopy(meanDensity(layer, head), 0, values, head * BINS, BINS);
            }
            if (!sampled.isEmpty()) {
                System.arraycopy(histogram(sampled.get(layer)), 0, values, heads * BINS, BINS);
            }
            panels.add(new Panel("layer " + (layer + 1), values));
        }
        return new MemoryView(
                "Where queries look",
                "The mean of the Gaussian densities of all queries over the signal. What was written last lies behind "
                        + config.contraction() + "; what falls outside of 0 to 1 finds nothing."
                        + (config.sticky()
                                ? " Sampled by the write: where the old signal was sampled before this segment, more where the"
                                        + " last segment's queries looked."
                                : ""),
                Kind.DENSITY,
                Axis.labelled("densities", rows),
                line(BINS),
                panels);
    }

    private static Axis line(int bins) {
        return Axis.range(LINE, 0.5 / bins, 1 - 0.5 / bins, bins);
    }

    private float[] meanDensity(int layer, int head) {
        int queries = means.get(layer).size(1);
        float[] density = new float[BINS];
        for (int query = 0; query < queries; query++) {
            float[] one = density(layer, head, query, BINS);
            for (int bin = 0; bin < BINS; bin++) {
                density[bin] += one[bin] / queries;
            }
        }
        return density;
    }

    /** Mean of one query's density over each bin. */
    private float[] density(int layer, int head, int query, int bins) {
        double mean = means.get(layer).at(head, query);
        double deviation = Math.sqrt(variances.get(layer).at(head, query));
        float[] density = new float[bins];
        double below = NormalDistribution.below((0 - mean) / deviation);
        for (int bin = 0; bin < bins; bin++) {
            double next = NormalDistribution.below(((bin + 1.0) / bins - mean) / deviation);
            density[bin] = (float) ((next - below) * bins);
            below = next;
        }
        return density;
    }

    /** Shares of bins of any number as a density over ours. */
    private static float[] histogram(Numbers shares) {
        int count = shares.size(0);
        float[] density = new float[BINS];
        for (int bin = 0; bin < BINS; bin++) {
            double from = (double) bin / BINS;
            double to = (bin + 1.0) / BINS;
            double mass = 0;
            for (int k = (int) (from * count); k < count && (double) k / count < to; k++) {
                double common = Math.min(to, (k + 1.0) / count) - Math.max(from, (double) k / count);
                mass += shares.at(k) * Math.max(0, common) * count;
            }
            density[bin] = (float) (mass * BINS);
        }
        return density;
    }

    private MemoryView queries() {
        Axis line = Axis.range("place", 0.5 / QUERY_BINS, 1 - 0.5 / QUERY_BINS, QUERY_BINS);
        return new MemoryView(
                "Where each query looks",
                "The density of each token's query, one column a token; the oldest end of the signal is at the top.",
                Kind.HEAT_MAP,
                line,
                Axis.labelled("tokens", observation.tokens()),
                Panel.perHead(means, (layer, seen, head) -> {
                    int queries = seen.size(1);
                    float[] values = new float[QUERY_BINS * queries];
                    for (int query = 0; query < queries; query++) {
                        float[] density = density(layer, head, query, QUERY_BINS);
                        for (int bin = 0; bin < QUERY_BINS; bin++) {
                            values[bin * queries + query] = density[bin];
                        }
                    }
                    return values;
                }));
    }

    private MemoryView widths() {
        return new MemoryView(
                "Centre and width of each query",
                "Mean and standard deviation of each query's density: a wide one averages the signal, a narrow one picks a"
                        + " place.",
                Kind.LINES,
                Axis.labelled("numbers", List.of("mean", "standard deviation")),
                Axis.labelled("tokens", observation.tokens()),
                Panel.perHead(means, (layer, seen, head) -> {
                    int queries = seen.size(1);
                    float[] values = new float[2 * queries];
                    for (int query = 0; query < queries; query++) {
                        values[query] = seen.at(head, query);
                        values[queries + query] =
                                (float) Math.sqrt(variances.get(layer).at(head, query));
                    }
                    return values;
                }));
    }
}
