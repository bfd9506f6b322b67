package dev.mneme.runtime.inspect;

import dev.mneme.memory.MemoryView;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one segment of a stream did. Numbers on the host.
 *
 * @param tokens as a person reads them, L
 * @param surprises nats of each token after everything before it, L; NaN for the very first of a stream, which nothing
 *     predicts
 * @param stateBytes of the state behind the segment
 * @param state entries of floating point by name
 * @param counters entries of integers by name: the sum of each behind the segment
 * @param views of the mechanism
 */
public record InspectedSegment(
        List<String> tokens,
        double[] surprises,
        long stateBytes,
        Map<String, Change> state,
        Map<String, Long> counters,
        List<MemoryView> views) {
    /**
     * What became of an entry of the state.
     *
     * @param norm Euclidean norm of the whole entry behind the segment
     * @param written Euclidean norm of its change over the segment; NaN if its shape changed
     */
    public record Change(double norm, double written) {}

    public InspectedSegment {
        tokens = List.copyOf(tokens);
        state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
        counters = Collections.unmodifiableMap(new LinkedHashMap<>(counters));
        views = List.copyOf(views);
    }

    /** Mean surprise in nats a token; NaN if no token was predicted. */
    public double loss() {
        return Arrays.stream(surprises)
                .filter(nats -> !Double.isNaN(nats))
                .average()
                .orElse(Double.NaN);
    }

    /** The same with other views, such as smaller ones. */
    public InspectedSegment withViews(List<MemoryView> others) {
        return new InspectedSegment(tokens, surprises, stateBytes, state, counters, others);
    }
}
