package dev.mneme.tck;

import static dev.mneme.tck.OperationCase.smooth;
import static dev.mneme.tck.OperationCase.valuesOnly;

import dev.mneme.tck.Input.Values;
import dev.mneme.tensor.Attention;
import java.util.ArrayList;
import java.util.List;

/** Normalisations, attention and losses. */
final class CompositeCases {
    private static final double EPSILON = 1e-5;

    private CompositeCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        addSoftmax(cases);
        addNorms(cases);
        addAttention(cases);
        addLosses(cases);
        return cases;
    }

    private static void addSoftmax(List<OperationCase> cases) {
        for (long[] shape : new long[][] {{2, 5, 3}, {1, 7, 1}, {0, 3, 2}}) {
            for (int dim : new int[] {0, 1, -1}) {
                if (shape[Math.floorMod(dim, 3)] > 0) {
                    cases.add(smooth("softmax along " + dim, t -> t.get(0).softmax(dim), Input.normal(shape)));
                    cases.add(smooth("logSoftmax along " + dim, t -> t.get(0).logSoftmax(dim), Input.normal(shape)));
                }
            }
        }
        cases.add(valuesOnly("softmax of large", t -> t.get(0).softmax(-1), Input.of(Values.LARGE, 3, 7)));
        cases.add(valuesOnly("logSoftmax of large", t -> t.get(0).logSoftmax(0), Input.of(Values.LARGE, 3, 7)));
        cases.add(valuesOnly("softmax of nothing", t -> t.get(0).softmax(-1), Input.normal(3, 0)));
        cases.add(valuesOnly("logSoftmax of nothing", t -> t.get(0).logSoftmax(-1), Input.normal(3, 0)));
        cases.add(valuesOnly(
                "softmax of masked scores",
                t -> t.get(0)
                        .maskedFill(t.get(0).lt(0), Double.NEGATIVE_INFINITY)
                        .softmax(-1),
                Input.apart(2, 11)));
    }

    private static void addNorms(List<OperationCase> cases) {
        for (long[] shape : new long[][] {{5}, {3, 5}, {2, 3, 5}, {0, 5}}) {
            Input x = Input.normal(shape);
            Input gain = Input.normal(5);
            Input bias = Input.normal(5);
            cases.add(smooth("layerNorm", t -> t.get(0).layerNorm(t.get(1), t.get(2), EPSILON), x, gain, bias));
            cases.add(smooth("layerNorm without bias", t -> t.get(0).layerNorm(t.get(1), null, EPSILON), x, gain));
            cases.add(smooth("layerNorm without gain", t -> t.get(0).layerNorm(null, t.get(1), EPSILON), x, bias));
            cases.add(smooth("layerNorm of neither", t -> t.get(0).layerNorm(null, null, EPSILON), x));
            cases.add(smooth("rmsNorm", t -> t.get(0).rmsNorm(t.get(1), EPSILON), x, gain));
            cases.add(smooth("rmsNorm without gain", t -> t.get(0).rmsNorm(null, EPSILON), x));
        }
        cases.add(valuesOnly(
                "layerNorm of equal values",
                t -> t.get(0).mul(0).add(3).layerNorm(null, null, EPSILON),
                Input.normal(2, 5)));
        cases.add(smooth(
                "globalNorm",
                t -> t.get(0).backend().globalNorm(t),
                Input.normal(2, 3),
                Input.normal(5),
                Input.normal()));
    }

    private static void addAttention(List<OperationCase> cases) {
        Input query = Input.normal(2, 2, 3, 4);
        Input key = Input.normal(2, 2, 5, 4);
        Input value = Input.normal(2, 2, 5, 3);
        attention(cases, "attention", Attention.FULL, query, key, value);
        attention(cases, "causal attention", Attention.CAUSAL, query, key, value);
        attention(cases, "attention of scale 0.3", new Attention(null, null, false, 0.3, 0, 0), query, key, value);
        attention(
                cases,
                "causal attention of equal lengths",
                Attention.CAUSAL,
                Input.normal(1, 2, 5, 2),
                Input.normal(1, 2, 5, 2),
                Input.normal(1, 2, 5, 2));
        attention(
                cases,
                "causal attention with fewer keys",
                Attention.CAUSAL,
                Input.normal(1, 1, 5, 2),
                Input.normal(1, 1, 3, 2),
                Input.normal(1, 1, 3, 2));
        attention(
                cases,
                "attention of one query to one key",
                Attention.CAUSAL,
                Input.normal(1, 1, 1, 2),
                Input.normal(1, 1, 1, 2),
                Input.normal(1, 1, 1, 2));
        long[][] broadcasts = {{2, 2, 3, 5}, {3, 5}, {2, 1, 1, 5}, {1, 1, 3, 1}};
        for (long[] shape : broadcasts) {
            Input mask = Input.mask(shape);
            Input bias = Input.normal(shape);
            cases.add(smooth(
                    "masked attention",
                    t -> t.get(0).attention(t.get(1), t.get(2), Attention.masked(t.get(3))),
                    query,
                    key,
                    value,
                    mask));
            cases.add(smooth(
                    "masked causal attention",
                    t -> t.get(0).attention(t.get(1), t.get(2), Attention.CAUSAL.withMask(t.get(3))),
                    query,
                    key,
                    value,
                    mask));
            cases.add(smooth(
                    "biased attention",
                    t -> t.get(0).attention(t.get(1), t.get(2), Attention.FULL.withBias(t.get(3))),
                    query,
                    key,
                    value,
                    bias));
            cases.add(smooth(
                    "biased masked causal attention",
                    t -> t.get(0)
                            .attention(
                                    t.get(1),
                                    t.get(2),
                                    Attention.CAUSAL.withMask(t.get(3)).withBias(t.get(4))),
                    query,
                    key,
                    value,
                    mask,
                    bias));
            cases.add(smooth(
                    "masked attention weights",
                    t -> t.get(0)
                            .attentionWeights(
                                    t.get(1), Attention.masked(t.get(2)).withBias(t.get(3))),
                    query,
                    key,
                    mask,
                    bias));
        }
    }

    private static void attention(
            List<OperationCase> cases, String name, Attention attention, Input query, Input key, Input value) {
        cases.add(smooth(name, t -> t.get(0).attention(t.get(1), t.get(2), attention), query, key, value));
        cases.add(smooth("weights of " + name, t -> t.get(0).attentionWeights(t.get(1), attention), query, key));
    }

    private static void addLosses(List<OperationCase> cases) {
        for (double smoothing : new double[] {0, 0.1, 1}) {
            String name = "crossEntropy smoothed by " + smoothing;
            for (long rows : new long[] {1, 5}) {
                cases.add(smooth(
                        name,
                        t -> t.get(0).crossEntropy(t.get(1), smoothing),
                        Input.normal(rows, 7),
                        Input.index(7, rows)));
            }
            cases.add(smooth(
                    name + " with ignored rows",
                    t -> t.get(0).crossEntropy(t.get(1).sub(2), smoothing),
                    Input.normal(11, 3),
                    Input.index(5, 11)));
            cases.add(smooth(
                    name + " with every row ignored",
                    t -> t.get(0).crossEntropy(t.get(1).sub(100), smoothing),
                    Input.normal(3, 5),
                    Input.index(5, 3)));
            cases.add(valuesOnly(
                    name + " of large logits",
                    t -> t.get(0).crossEntropy(t.get(1), smoothing),
                    Input.of(Values.LARGE, 5, 7),
                    Input.index(7, 5)));
            cases.add(valuesOnly(
                    name + " of no rows",
                    t -> t.get(0).crossEntropy(t.get(1), smoothing),
                    Input.normal(0, 5),
                    Input.index(5, 0)));
        }
    }
}
