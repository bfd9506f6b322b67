package dev.mneme.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** What became of a {@link Cell}. */
public sealed interface CellResult {
    /** Peak memory beyond what the process held before the first step; NaN if there is none. */
    double aboveModelBytes();

    /** Seconds of the median step; NaN if there is none. */
    double stepSeconds();

    /** In the median step; NaN if there is none. */
    double tokensPerSecond();

    /** For records. */
    Map<String, Object> toMap();

    /** Stands for a cell that was not reached. */
    CellResult MISSING = new Failed("not measured");

    /**
     * It ran to its end.
     *
     * @param tokensPerSecond of the median step
     * @param stepSeconds median
     * @param peakBytes most resident memory of the process; where a device with memory of its own computes, most that its
     *     allocator had in use
     * @param modelBytes the same before the first step
     * @param parameters trained numbers
     */
    record Measured(double tokensPerSecond, double stepSeconds, long peakBytes, long modelBytes, long parameters)
            implements CellResult {
        @Override
        public double aboveModelBytes() {
            return (double) peakBytes - modelBytes;
        }

        @Override
        public Map<String, Object> toMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("status", "ok");
            map.put("tokens_per_second", tokensPerSecond);
            map.put("step_seconds", stepSeconds);
            map.put("peak_bytes", peakBytes);
            map.put("model_bytes", modelBytes);
            map.put("above_model_bytes", peakBytes - modelBytes);
            map.put("parameters", parameters);
            return map;
        }
    }

    /**
     * It did not.
     *
     * @param reason one line
     */
    record Failed(String reason) implements CellResult {
        @Override
        public double aboveModelBytes() {
            return Double.NaN;
        }

        @Override
        public double stepSeconds() {
            return Double.NaN;
        }

        @Override
        public double tokensPerSecond() {
            return Double.NaN;
        }

        @Override
        public Map<String, Object> toMap() {
            return Map.of("status", "failed", "reason", reason);
        }
    }

    /**
     * Reads what a process left.
     *
     * @param exitCode of the process
     * @param output standard output; its last line is the result, or the error, as JSON
     * @param errors standard error
     */
    static CellResult of(int exitCode, String output, String errors) {
        CellOutput left = new CellOutput(exitCode, output, errors);
        JsonNode json = left.json();
        if (exitCode == 0 && json.path("step_seconds").isNumber()) {
            boolean hasDevice = json.has("device_model_bytes");
            return new Measured(
                    json.path("tokens_per_second").asDouble(),
                    json.path("step_seconds").asDouble(),
                    json.path(hasDevice ? "device_peak_bytes" : "peak_rss_bytes")
                            .asLong(),
                    json.path(hasDevice ? "device_model_bytes" : "model_rss_bytes")
                            .asLong(),
                    json.path("parameters").asLong());
        }
        return new Failed(left.failure());
    }
}
