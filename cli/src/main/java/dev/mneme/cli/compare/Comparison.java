package dev.mneme.cli.compare;

import dev.mneme.cli.experiment.YamlFiles;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is compared: every mechanism on every task, at every size, with every seed.
 *
 * @param title for people
 * @param question it answers; may be empty
 * @param memories mechanisms
 * @param tasks they are trained on
 * @param seeds everything is repeated with
 * @param sizes everything is trained at; null = one size, the tasks' own
 * @param metric of the test split that is compared; null = what says most about the task
 * @param settings of all, by dotted key
 * @param budget what all mechanisms get the same amount of; null = each its own
 */
public record Comparison(
        String title,
        String question,
        List<MemoryChoice> memories,
        List<TaskChoice> tasks,
        List<Long> seeds,
        @Nullable Sizes sizes,
        @Nullable String metric,
        Map<String, Object> settings,
        @Nullable Budget budget) {
    /** Said by a comparison itself, or by an option. */
    private static final Set<String> NOT_SETTINGS = Set.of("memory", "task", "seed", "backend");

    public Comparison {
        title = title == null ? "Comparison of mechanisms" : title;
        question = question == null ? "" : question;
        if (memories == null || memories.isEmpty()) {
            throw new IllegalArgumentException("a comparison needs memories");
        }
        if (tasks == null || tasks.isEmpty()) {
            throw new IllegalArgumentException("a comparison needs tasks");
        }
        memories = List.copyOf(memories);
        tasks = List.copyOf(tasks);
        seeds = seeds == null || seeds.isEmpty() ? List.of(0L) : List.copyOf(seeds);
        settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
        requireDistinct("memories", memories.stream().map(MemoryChoice::name).toList());
        requireDistinct("tasks", tasks.stream().map(TaskChoice::name).toList());
        requireDistinct("seeds", seeds);
        requireSettings(settings);
        memories.forEach(choice -> requireSettings(choice.settings()));
        tasks.forEach(choice -> requireSettings(choice.settings()));
    }

    /**
     * Reads a comparison from YAML.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) saying what is wrong and where
     */
    public static Comparison read(Path file) throws IOException {
        return YamlFiles.read(file, Comparison.class, "comparison");
    }

    /** All rows of the table: task by task, size by size, mechanism by mechanism. */
    List<Place> places() {
        List<Place> places = new ArrayList<>();
        for (TaskChoice task : tasks) {
            Sizes varied = task.sizes() == null ? sizes : task.sizes();
            List<@Nullable Number> values = new ArrayList<>();
            if (varied == null) {
                values.add(null);
            } else {
                values.addAll(varied.values());
            }
            for (@Nullable Number value : values) {
                memories.forEach(memory -> places.add(new Place(memory, task, varied, value)));
            }
        }
        return places;
    }

    /** The settings of one run, by dotted key; the size and what a budget adjusts come on top. */
    Map<String, Object> flags(Place place, long seed, String engine) {
        Map<String, Object> flags = new LinkedHashMap<>();
        flags.put("memory", place.memory().memory());
        flags.put("task", place.task().task());
        flags.put("seed", seed);
        flags.put("backend", engine);
        flags.putAll(settings);
        flags.putAll(place.task().settings());
        flags.putAll(place.memory().settings());
        return flags;
    }

    private static void requireDistinct(String what, List<?> names) {
        if (names.stream().distinct().count() < names.size()) {
            throw new IllegalArgumentException(what + " must differ, got " + names + "; give them a name each");
        }
    }

    private static void requireSettings(Map<String, Object> settings) {
        for (String key : settings.keySet()) {
            if (NOT_SETTINGS.contains(key)) {
                throw new IllegalArgumentException("settings: " + key + " is no setting here; "
                        + (key.equals("backend") ? "--backend says that" : "memories, tasks and seeds say that"));
            }
        }
    }
}
