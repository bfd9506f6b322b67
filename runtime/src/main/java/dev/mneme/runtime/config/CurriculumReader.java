package dev.mneme.runtime.config;

import dev.mneme.config.ConfigurationProblems;
import dev.mneme.config.Settings;
import dev.mneme.error.NearestName;
import dev.mneme.runtime.plugin.TaskEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the stages of a curriculum and checks them against the task they are of. */
final class CurriculumReader {
    private static final List<String> KEYS = List.of(CurriculumStage.STEPS, CurriculumStage.TASK);

    private final TaskEntry task;
    private final Map<String, Object> settings;
    private final Problems problems;

    /**
     * A reader for one run.
     *
     * @param settings the run's task settings, which a stage changes
     * @param problems gets everything that is wrong
     */
    CurriculumReader(TaskEntry task, Map<String, Object> settings, Problems problems) {
        this.task = task;
        this.settings = settings;
        this.problems = problems;
    }

    /** The stages that are right. */
    List<CurriculumStage> read(List<?> stages) {
        List<CurriculumStage> read = new ArrayList<>();
        for (int i = 0; i < stages.size(); i++) {
            stage("curriculum, stage " + (i + 1) + ": ", stages.get(i)).ifPresent(read::add);
        }
        return read;
    }

    private Optional<CurriculumStage> stage(String where, Object value) {
        if (!(value instanceof Map<?, ?> keys)) {
            problems.add(
                    where + "expected steps and task, such as {steps: 500, task: {segments: 2}}, got '" + value + "'");
            return Optional.empty();
        }
        for (Object key : keys.keySet()) {
            if (!KEYS.contains(String.valueOf(key))) {
                problems.add(where + key + ": no such key; " + NearestName.hint(String.valueOf(key), KEYS));
            }
        }
        long steps = steps(where, keys.get(CurriculumStage.STEPS));
        Map<String, Object> changes = changes(where, keys.get(CurriculumStage.TASK));
        return steps > 0 && !changes.isEmpty() ? Optional.of(new CurriculumStage(steps, changes)) : Optional.empty();
    }

    /** 0 after noting what is wrong. */
    private long steps(String where, @Nullable Object value) {
        String text = String.valueOf(value).replace("_", "");
        if (text.matches("\\d{1,15}") && Long.parseLong(text) > 0) {
            return Long.parseLong(text);
        }
        problems.add(
                where + "steps: expected an integer of at least 1" + (value == null ? "" : ", got '" + value + "'"));
        return 0;
    }

    /** Empty after noting what is wrong. */
    private Map<String, Object> changes(String where, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> given) || given.isEmpty()) {
            problems.add(where + "task: expected the settings that differ in this stage, such as {segments: 2}"
                    + (value == null ? "" : ", got '" + value + "'"));
            return Map.of();
        }
        Map<String, Object> merged = new LinkedHashMap<>(settings);
        given.forEach((key, setting) -> merged.put(String.valueOf(key), setting));
        try {
            Map<String, Object> bound = Settings.toMap(task.configure(merged));
            Map<String, Object> changes = new LinkedHashMap<>();
            given.keySet().forEach(key -> changes.put(String.valueOf(key), bound.get(String.valueOf(key))));
            return changes;
        } catch (ConfigurationProblems e) {
            e.problems().forEach(problem -> problems.add(where + problem));
            return Map.of();
        }
    }
}
