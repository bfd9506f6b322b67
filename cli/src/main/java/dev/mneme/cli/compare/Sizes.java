package dev.mneme.cli.compare;

import java.util.List;

/**
 * Values of a setting that everything is trained at.
 *
 * @param setting dotted key, such as {@code task.segments}
 * @param values distinct
 */
public record Sizes(String setting, List<Number> values) {
    public Sizes {
        if (setting == null || values == null || values.isEmpty()) {
            throw new IllegalArgumentException("sizes need a setting and its values");
        }
        if (!setting.contains(".")) {
            throw new IllegalArgumentException(
                    "the setting of sizes must be a dotted key such as task.segments, got '" + setting + "'");
        }
        values = List.copyOf(values);
        if (values.stream().distinct().count() < values.size()) {
            throw new IllegalArgumentException("values of sizes must differ, got " + values);
        }
    }

    /** Such as {@code segments}. */
    String shortName() {
        return setting.substring(setting.lastIndexOf('.') + 1);
    }
}
