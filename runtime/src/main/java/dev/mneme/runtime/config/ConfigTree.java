package dev.mneme.runtime.config;

import dev.mneme.error.NearestName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sections and keys as they were given, layer upon layer, with names of keys and values still unchecked below the
 * sections. A layer that chooses another memory or task than the layers below takes their settings of it away, and with
 * the task the curriculum: they belong to the former one.
 */
final class ConfigTree {
    static final String MEMORY = "memory";
    static final String TASK = "task";
    static final String BACKEND = "backend";
    static final String SEED = "seed";
    static final String STEPS = "steps";
    static final String MODEL = "model";
    static final String TRAIN = "train";
    static final String CURRICULUM = "curriculum";
    /** In the sections memory and task: which one. */
    static final String NAME = "name";

    private static final List<String> SCALARS = List.of(BACKEND, SEED, STEPS);
    private static final List<String> CHOICES = List.of(MEMORY, TASK);
    private static final List<String> PLAIN_SECTIONS = List.of(MODEL, TRAIN);
    private static final List<String> ALL = List.of(MEMORY, TASK, BACKEND, SEED, STEPS, MODEL, TRAIN, CURRICULUM);

    private final Map<String, Map<String, Object>> sections = new LinkedHashMap<>();
    private final Map<String, Object> scalars = new LinkedHashMap<>();
    private List<?> curriculum = List.of();
    private final Problems problems;

    /** An empty tree that adds what it cannot place to {@code problems}. */
    ConfigTree(Problems problems) {
        this.problems = problems;
    }

    /** Lays a file's content over what is there. */
    void addAll(Map<String, ?> content) {
        content.forEach(this::add);
        Object train = content.get(TRAIN);
        if (content.containsKey(STEPS) && train instanceof Map<?, ?> keys && keys.containsKey(STEPS)) {
            problems.add("steps: given twice, as steps and as train.steps; keep one");
        }
    }

    /** Lays one value over what is there; the key is dotted, such as {@code model.dim} or {@code memory}. */
    void add(String key, @Nullable Object value) {
        int dot = key.indexOf('.');
        String top = dot < 0 ? key : key.substring(0, dot);
        if (!ALL.contains(top)) {
            problems.add(key + ": no such key; " + NearestName.hint(top, ALL));
        } else if (key.equals(CURRICULUM)) {
            addCurriculum(value);
        } else if (dot >= 0) {
            addDotted(key, top, key.substring(dot + 1), value);
        } else if (value instanceof Map<?, ?> keys) {
            addSection(top, keys);
        } else if (CHOICES.contains(top)) {
            addSection(top, value == null ? Map.of() : Map.of(NAME, value));
        } else if (PLAIN_SECTIONS.contains(top)) {
            if (value != null) {
                problems.add(top + ": expected keys below it, such as " + top + ".KEY, got '" + value + "'");
            }
        } else {
            addScalar(top, value);
        }
    }

    /** Keys of a section, without the name in the sections memory and task. */
    Map<String, Object> section(String section) {
        Map<String, Object> keys = new LinkedHashMap<>(sections.getOrDefault(section, Map.of()));
        if (CHOICES.contains(section)) {
            keys.remove(NAME);
        }
        return keys;
    }

    /** The memory, task, engine or seed given, or else the fallback. */
    String text(String key, String fallback) {
        Object value =
                CHOICES.contains(key) ? sections.getOrDefault(key, Map.of()).get(NAME) : scalars.get(key);
        return value == null ? fallback : value.toString().trim();
    }

    /** Stages of the curriculum, unchecked. */
    List<?> curriculum() {
        return curriculum;
    }

    /** A list, or text that is one in YAML; a later one takes the place of an earlier one. */
    private void addCurriculum(@Nullable Object value) {
        Object parsed = value instanceof String text ? ConfigFiles.value(text) : value;
        if (parsed instanceof List<?> stages) {
            curriculum = stages;
        } else if (parsed != null) {
            problems.add(CURRICULUM + ": expected a list of stages, such as [{steps: 500, task: {segments: 2}}], got '"
                    + value + "'");
        }
    }

    private void addDotted(String key, String section, String rest, @Nullable Object value) {
        if (SCALARS.contains(section) || section.equals(CURRICULUM)) {
            problems.add(key + ": " + section + " has no keys below it; write " + section + " alone");
        } else {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put(rest, value);
            addSection(section, one);
        }
    }

    private void addSection(String section, Map<?, ?> keys) {
        if (SCALARS.contains(section)) {
            problems.add(section + ": expected a single value, got keys " + keys.keySet());
            return;
        }
        Object chosen = CHOICES.contains(section) ? keys.get(NAME) : null;
        if (chosen != null) {
            String name = chosen.toString().trim();
            if (!text(section, name).equals(name)) {
                sections.remove(section);
                curriculum = section.equals(TASK) ? List.of() : curriculum;
            }
        }
        keys.forEach((key, value) -> {
            if (value instanceof Map<?, ?> || value instanceof List<?>) {
                problems.add(section + "." + key + ": expected a single value, got "
                        + (value instanceof List<?> ? "a list" : "keys below it"));
            } else if (value != null) {
                sections.computeIfAbsent(section, any -> new LinkedHashMap<>()).put(String.valueOf(key), value);
            }
        });
    }

    private void addScalar(String key, @Nullable Object value) {
        if (value instanceof List<?>) {
            problems.add(key + ": expected a single value, got a list");
        } else if (value != null && key.equals(STEPS)) {
            addSection(TRAIN, Map.of(STEPS, value));
        } else if (value != null) {
            scalars.put(key, value);
        }
    }
}
