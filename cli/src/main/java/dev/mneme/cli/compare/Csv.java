package dev.mneme.cli.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Records as comma-separated values (RFC 4180, but lines end in a line feed alone). */
public final class Csv {
    private Csv() {}

    /**
     * The whole file. Columns are all keys there are; keys of nested maps are dotted. What is no finite number, or not
     * there, is empty.
     */
    public static String text(List<? extends Map<String, ?>> records) {
        List<Map<String, Object>> rows = new ArrayList<>();
        Set<String> columns = new LinkedHashSet<>();
        for (Map<String, ?> each : records) {
            Map<String, Object> row = new LinkedHashMap<>();
            flatten("", each, row);
            rows.add(row);
            columns.addAll(row.keySet());
        }
        StringBuilder text = new StringBuilder(line(List.copyOf(columns)));
        rows.forEach(row -> text.append(
                line(columns.stream().map(key -> shown(row.get(key))).toList())));
        return text.toString();
    }

    private static void flatten(String prefix, Map<?, ?> nested, Map<String, Object> flat) {
        nested.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                flatten(prefix + key + ".", inner, flat);
            } else {
                flat.put(prefix + key, value);
            }
        });
    }

    private static String shown(@Nullable Object value) {
        boolean isEmpty = value == null || value instanceof Double number && !Double.isFinite(number);
        return isEmpty ? "" : String.valueOf(value);
    }

    private static String line(List<String> cells) {
        return cells.stream().map(Csv::quoted).collect(Collectors.joining(",", "", "\n"));
    }

    private static String quoted(String cell) {
        boolean isPlain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return isPlain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
    }
}
