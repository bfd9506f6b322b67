package dev.mneme.cli.bench;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.nn.Parameter;
import dev.mneme.runtime.model.Model;
import dev.mneme.tensor.Shape;
import java.util.Map;

/**
 * The arithmetic that a decoder cannot do without, by the usual count: each weight matrix once a token, and causal attention
 * to the tokens of the segment. A multiplication and an addition are two operations. What is computed again, what a memory
 * attends to besides and everything element by element do not count, so a share of a device's peak is never flattered.
 *
 * @param weights numbers in matrices that tokens are multiplied with
 * @param attention operations of attention a token, in the forward pass
 */
record ModelArithmetic(long weights, long attention) {
    /** Backward, a product has two more of its size. */
    private static final int TRAINING = 3;

    private static final String TOKENS = "tokens.weight";
    private static final String POSITIONS = "positions.weight";
    private static final String MEMORY_ROWS = "memory.";
    private static final String OUTPUT = "head.weight";

    static ModelArithmetic of(Model model, int segment) {
        BackboneConfig backbone = model.describe().backbone();
        Map<String, Parameter> parameters = model.parameters();
        long weights = parameters.entrySet().stream()
                .filter(entry -> !isLookedUp(entry.getKey()))
                .map(entry -> entry.getValue().value().shape())
                .filter(shape -> shape.rank() == 2)
                .mapToLong(Shape::elements)
                .sum();
        // One matrix that embeds tokens and predicts them is multiplied with in the second place alone.
        boolean isTied = parameters.keySet().stream().noneMatch(path -> path.endsWith(OUTPUT));
        long tied = isTied ? (long) model.describe().task().targetVocabulary() * backbone.dim() : 0;
        // Scores and their sum of values, each to half of the segment on average.
        long attention = 2L * backbone.layers() * backbone.dim() * segment;
        return new ModelArithmetic(weights + tied, attention);
    }

    private static boolean isLookedUp(String path) {
        return path.endsWith(TOKENS) || path.endsWith(POSITIONS) || path.startsWith(MEMORY_ROWS);
    }

    /** Operations for one token. */
    double perToken(Bench.Mode mode) {
        double forward = 2.0 * weights + attention;
        return mode == Bench.Mode.TRAIN ? TRAINING * forward : forward;
    }
}
