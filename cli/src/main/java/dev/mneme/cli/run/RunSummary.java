package dev.mneme.cli.run;

import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.train.TrainResult;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What came out of a training run.
 *
 * @param steps done
 * @param metrics of the test split
 * @param tokensPerSecond read in training, median over the steps
 * @param peakBytes most resident memory of the process
 * @param parameters trained numbers
 * @param seconds spent in training steps
 */
public record RunSummary(
        long steps, Metrics metrics, double tokensPerSecond, long peakBytes, long parameters, double seconds) {
    /**
     * What training gave: the metrics of the validation split where the run was stopped before the test.
     *
     * @param speeds heard all steps
     */
    public static RunSummary of(TrainingRun run, TrainResult result, SpeedListener speeds) {
        Metrics metrics = result.test() != null
                ? result.test()
                : result.validation() != null ? result.validation() : new Metrics(Map.of());
        return new RunSummary(
                result.step(), metrics, speeds.median(), result.peakBytes(), run.parameterCount(), result.seconds());
    }

    /** As {@code --json} prints it. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("steps", steps);
        map.put("loss", metrics.loss());
        map.put("metrics", metrics.values());
        map.put("tokens_per_second", tokensPerSecond);
        map.put("peak_rss_bytes", peakBytes);
        map.put("parameters", parameters);
        map.put("seconds", seconds);
        return map;
    }
}
