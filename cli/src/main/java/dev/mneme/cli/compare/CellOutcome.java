package dev.mneme.cli.compare;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mneme.cli.bench.CellOutput;
import dev.mneme.runtime.evaluate.Metrics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What became of a run. */
public sealed interface CellOutcome {
    /** Stands for a run that was not reached. */
    CellOutcome MISSING = new Failed("not run");

    /** For records. */
    Map<String, Object> toMap();

    /**
     * It ran to its end.
     *
     * @param metrics of the test split
     * @param steps of the optimizer
     * @param seconds spent in training steps, before and after interruptions
     * @param tokensPerSecond median; NaN if no step was left after an interruption
     * @param peakBytes most resident memory of its process, or what the allocator of its GPU had in use at most; of the
     *     last process after interruptions
     * @param parameters trained numbers
     * @param resumed whether it was interrupted
     */
    record Finished(
            Metrics metrics,
            long steps,
            double seconds,
            double tokensPerSecond,
            long peakBytes,
            long parameters,
            boolean resumed)
            implements CellOutcome {
        private static final String PEAK = "peak_bytes";

        @Override
        public Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("status", "ok");
            map.put("metrics", metrics.values());
            map.put("steps", steps);
            map.put("seconds", seconds);
            map.put("tokens_per_second", tokensPerSecond);
            map.put(PEAK, peakBytes);
            map.put("parameters", parameters);
            map.put("resumed", resumed);
            return map;
        }

        /** From {@link #toMap}, or from what {@code mneme train --json} says. */
        static Finished of(JsonNode json, boolean resumed) {
            Map<String, Double> metrics = new LinkedHashMap<>();
            json.path("metrics")
                    .properties()
                    .forEach(metric ->
                            metrics.put(metric.getKey(), metric.getValue().asDouble(Double.NaN)));
            return new Finished(
                    new Metrics(metrics),
                    json.path("steps").asLong(),
                    json.path("seconds").asDouble(Double.NaN),
                    json.path("tokens_per_second").asDouble(Double.NaN),
                    peak(json),
                    json.path("parameters").asLong(),
                    resumed);
        }

        private static long peak(JsonNode json) {
            return Stream.of(PEAK, "device_peak_bytes", "peak_rss_bytes")
                    .map(json::path)
                    .filter(JsonNode::isNumber)
                    .findFirst()
                    .map(JsonNode::asLong)
                    .orElse(0L);
        }
    }

    /**
     * It did not.
     *
     * @param reason one line
     */
    record Failed(String reason) implements CellOutcome {
        @Override
        public Map<String, Object> toMap() {
            return Map.of("status", "failed", "reason", reason);
        }
    }

    /**
     * Reads what the process of a run left.
     *
     * @param resumed whether it went on from a checkpoint
     */
    static CellOutcome of(CellOutput output, boolean resumed) {
        JsonNode json = output.json();
        if (output.exitCode() != 0 || !json.path("metrics").isObject()) {
            return new Failed(output.failure());
        }
        if (json.path("reason").asText().equals("requested")) {
            return new Failed("stopped at step " + json.path("steps").asLong());
        }
        return Finished.of(json, resumed);
    }
}
