package dev.mneme.cli.demo;

import dev.mneme.cli.run.RunRecord;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.evaluate.Metrics;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One trained side of a {@link Duel}.
 *
 * @param run its model; closed by the duel
 * @param metrics of the test split
 * @param steps done
 * @param seconds spent in training steps
 * @param record of the run
 */
public record Contestant(TrainingRun run, Metrics metrics, long steps, double seconds, RunRecord record) {
    /** Name of the mechanism. */
    public String name() {
        return run.config().memory();
    }

    /** As {@code --json} prints it. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("memory", name());
        map.put("parameters", run.parameterCount());
        map.put("accuracy", metrics.accuracy());
        map.put("loss", metrics.loss());
        map.put("steps", steps);
        map.put("seconds", seconds);
        return map;
    }
}
