package dev.mneme.runtime.model;

import dev.mneme.backbone.BackboneConfig;
import dev.mneme.config.Settings;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import dev.mneme.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to build a model again.
 *
 * @param memory name of the mechanism
 * @param memoryVersion version of the plugin it came from
 * @param memorySettings every setting of the mechanism by key, defaults included
 * @param backbone sizes and choices of the transformer
 * @param task what the model was told of its task
 * @param dtype element type of the parameters
 * @param seed of the first values of the parameters
 */
public record ModelDescription(
        String memory,
        String memoryVersion,
        Map<String, Object> memorySettings,
        BackboneConfig backbone,
        TaskInfo task,
        DType dtype,
        long seed) {
    /** These do not change which values fit the model. */
    private static final Set<String> INCIDENTAL =
            Set.of("memory_version", "seed", "task.chance_accuracy", "task.bytes_per_label", "model.dropout");

    public ModelDescription {
        memorySettings = Map.copyOf(memorySettings);
    }

    /** As nested maps of text, numbers and truth values; JSON can hold it. Numbers that are not known are left out. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("memory", memory);
        map.put("memory_version", memoryVersion);
        map.put("memory_settings", new TreeMap<>(memorySettings));
        map.put("model", Settings.toMap(backbone));
        map.put("task", taskMap());
        map.put("dtype", dtype.name());
        map.put("seed", seed);
        return map;
    }

    /**
     * Reads what {@link #toMap} wrote.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID} or {@code CONFIG_INVALID}) naming the key that is missing or
     *     wrong
     */
    public static ModelDescription fromMap(Map<String, ?> map) {
        Fields fields = new Fields("", map);
        Fields task = fields.section("task");
        return new ModelDescription(
                fields.text("memory"),
                fields.text("memory_version"),
                fields.section("memory_settings").all(),
                Settings.bind(
                        "model", BackboneConfig.class, fields.section("model").all()),
                new TaskInfo(
                        task.choice("form", Form.class),
                        task.integer("vocabulary"),
                        task.integer("target_vocabulary"),
                        task.integer("max_length"),
                        task.integer("max_target_length"),
                        task.integer("begin_token"),
                        task.integer("end_token"),
                        task.numberOrNaN("chance_accuracy"),
                        task.numberOrNaN("bytes_per_label")),
                fields.choice("dtype", DType.class),
                fields.number("seed").longValue());
    }

    ModelDescription ofVersion(String version) {
        return new ModelDescription(memory, version, memorySettings, backbone, task, dtype, seed);
    }

    ModelDescription withSettings(Map<String, Object> settings) {
        return new ModelDescription(memory, memoryVersion, settings, backbone, task, dtype, seed);
    }

    /**
     * In what two descriptions differ so that values of one model do not fit the other, as {@code key: this, not that};
     * empty if they fit.
     */
    public List<String> differences(ModelDescription other) {
        Map<String, Object> mine = flat();
        Map<String, Object> theirs = other.flat();
        Set<String> keys = new LinkedHashSet<>(mine.keySet());
        keys.addAll(theirs.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            String a = String.valueOf(mine.get(key));
            String b = String.valueOf(theirs.get(key));
            if (!INCIDENTAL.contains(key) && !a.equals(b)) {
                differences.add(key + ": " + a + ", not " + b);
            }
        }
        return differences;
    }

    /**
     * What makes this model compute what it computes, by key, sorted; the choices of the backbone only where they
     * differ from the defaults, so that a choice that is added later changes nothing for models that do not make it.
     */
    public Map<String, String> essentials() {
        Map<String, Object> defaults = Settings.toMap(BackboneConfig.defaults());
        Map<String, String> essentials = new TreeMap<>();
        flat().forEach((key, value) -> {
            boolean isDefault =
                    key.startsWith("model.") && value.equals(defaults.get(key.substring("model.".length())));
            if (!INCIDENTAL.contains(key) && !isDefault) {
                essentials.put(key, String.valueOf(value));
            }
        });
        return essentials;
    }

    private Map<String, Object> taskMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("form", task.form().name());
        map.put("vocabulary", task.vocabulary());
        map.put("target_vocabulary", task.targetVocabulary());
        map.put("max_length", task.maxLength());
        map.put("max_target_length", task.maxTargetLength());
        map.put("begin_token", task.beginToken());
        map.put("end_token", task.endToken());
        if (!Double.isNaN(task.chanceAccuracy())) {
            map.put("chance_accuracy", task.chanceAccuracy());
        }
        if (!Double.isNaN(task.bytesPerLabel())) {
            map.put("bytes_per_label", task.bytesPerLabel());
        }
        return map;
    }

    private Map<String, Object> flat() {
        Map<String, Object> flat = new LinkedHashMap<>();
        toMap().forEach((key, value) -> {
            if (value instanceof Map<?, ?> section) {
                section.forEach((name, inner) -> flat.put(key + "." + name, inner));
            } else {
                flat.put(key, value);
            }
        });
        return flat;
    }

    /** Reads values of a map that somebody may have edited. */
    private record Fields(String path, Map<String, ?> map) {
        Map<String, Object> all() {
            Map<String, Object> values = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (value == null) {
                    throw invalid(key, "a value", null);
                }
                values.put(key, value);
            });
            return values;
        }

        Fields section(String key) {
            if (!(map.get(key) instanceof Map<?, ?> section)) {
                throw invalid(key, "a section", map.get(key));
            }
            Map<String, Object> values = new LinkedHashMap<>();
            section.forEach((name, value) -> values.put(String.valueOf(name), value));
            return new Fields(path + key + ".", values);
        }

        String text(String key) {
            if (map.get(key) instanceof String text) {
                return text;
            }
            throw invalid(key, "text", map.get(key));
        }

        Number number(String key) {
            if (map.get(key) instanceof Number number) {
                return number;
            }
            throw invalid(key, "a number", map.get(key));
        }

        int integer(String key) {
            Number number = number(key);
            if (number.longValue() != number.intValue() || number.doubleValue() != number.intValue()) {
                throw invalid(key, "an integer", number);
            }
            return number.intValue();
        }

        double numberOrNaN(String key) {
            return map.containsKey(key) ? number(key).doubleValue() : Double.NaN;
        }

        <E extends Enum<E>> E choice(String key, Class<E> type) {
            String text = text(key);
            for (E constant : Objects.requireNonNull(type.getEnumConstants())) {
                if (constant.name().equals(text)) {
                    return constant;
                }
            }
            throw invalid(key, "one of " + List.of(type.getEnumConstants()), text);
        }

        private MnemeException invalid(String key, String expected, @Nullable Object found) {
            return new MnemeException(
                    ErrorCode.CHECKPOINT_INVALID,
                    "description of a model, " + path + key + ": expected " + expected + ", found " + found);
        }
    }
}
