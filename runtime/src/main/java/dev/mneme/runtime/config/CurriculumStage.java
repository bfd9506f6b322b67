package dev.mneme.runtime.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A part of a run that is trained on the task with other settings, such as fewer segments.
 *
 * @param steps it lasts, at least 1
 * @param taskSettings the {@code task.*} keys that differ from the run's
 */
public record CurriculumStage(long steps, Map<String, Object> taskSettings) {
    static final String STEPS = "steps";
    static final String TASK = "task";

    public CurriculumStage {
        taskSettings = Collections.unmodifiableMap(new LinkedHashMap<>(taskSettings));
    }

    /** What differs, such as {@code segments=2}. */
    public String label() {
        return taskSettings.entrySet().stream()
                .map(setting -> setting.getKey() + "=" + setting.getValue())
                .collect(Collectors.joining(", "));
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(STEPS, steps);
        map.put(TASK, taskSettings);
        return map;
    }
}
