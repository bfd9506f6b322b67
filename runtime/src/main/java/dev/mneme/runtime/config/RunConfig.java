package dev.mneme.runtime.config;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.runtime.train.TrainConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that decides a run's results, checked and complete.
 *
 * @param memory name of the mechanism
 * @param task name of the task, or {@link #OWN_TASK}
 * @param backend name of the engine, or {@code auto}
 * @param seed of parameters and data
 * @param model the {@code model.*} keys
 * @param train the {@code train.*} keys
 * @param memorySettings the {@code memory.*} keys, defaults filled in
 * @param taskSettings the {@code task.*} keys, defaults filled in
 * @param curriculum what the first steps train on, stage after stage; the task itself follows. Empty for none.
 */
public record RunConfig(
        String memory,
        String task,
        String backend,
        long seed,
        BackboneConfig model,
        TrainConfig train,
        Map<String, Object> memorySettings,
        Map<String, Object> taskSettings,
        List<CurriculumStage> curriculum) {

    /** In the place of a name: the task is no installed one, the program that runs it made it. */
    public static final String OWN_TASK = "(own)";

    public RunConfig {
        memorySettings = Collections.unmodifiableMap(new LinkedHashMap<>(memorySettings));
        taskSettings = Collections.unmodifiableMap(new LinkedHashMap<>(taskSettings));
        curriculum = List.copyOf(curriculum);
    }

    /** The same on another engine. */
    public RunConfig withBackend(String name) {
        return new RunConfig(memory, task, name, seed, model, train, memorySettings, taskSettings, curriculum);
    }

    /** As a file would say it: sections and keys in order. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(ConfigTree.MEMORY, named(memory, memorySettings));
        map.put(ConfigTree.TASK, named(task, taskSettings));
        map.put(ConfigTree.BACKEND, backend);
        map.put(ConfigTree.SEED, seed);
        map.put(ConfigTree.MODEL, Settings.toMap(model));
        map.put(ConfigTree.TRAIN, Settings.toMap(train));
        if (!curriculum.isEmpty()) {
            map.put(
                    ConfigTree.CURRICULUM,
                    curriculum.stream().map(CurriculumStage::toMap).toList());
        }
        return map;
    }

    /** A file that {@link RunConfigLoader} reads back as an equal configuration. */
    public String toYaml() {
        return ConfigFiles.yaml(toMap());
    }

    /** A file that {@link RunConfigLoader} reads back as an equal configuration. */
    public String toJson() {
        return ConfigFiles.json(toMap());
    }

    private static Map<String, Object> named(String name, Map<String, Object> settings) {
        Map<String, Object> section = new LinkedHashMap<>();
        section.put(ConfigTree.NAME, name);
        section.putAll(settings);
        return section;
    }
}
