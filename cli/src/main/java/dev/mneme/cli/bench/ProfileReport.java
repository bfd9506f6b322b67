package dev.mneme.cli.bench;

import dev.mneme.cli.bench.RoleProfile.Shares;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.report.LineChart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How much of a segment's time reader and writer take.
 *
 * @param memory name of the mechanism
 * @param key that was varied
 * @param shares by value of the key, in the order measured
 */
public record ProfileReport(String memory, String key, Map<Integer, Shares> shares) implements GridReport {
    private static final int METHODS = 6;

    public ProfileReport {
        shares = new LinkedHashMap<>(shares);
    }

    @Override
    public String title() {
        return "Where the time of a segment goes: " + memory;
    }

    @Override
    public String summary() {
        return "The parts of reader, writer and backbone in the time of one segment of " + memory
                + ", forward without gradients, over " + key + ".";
    }

    @Override
    public List<String> headings() {
        return List.of(key, "ms a segment", "reader", "writer, before blocks", "writer, at the end", "backbone");
    }

    @Override
    public String caption() {
        return "The segment of median time.";
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        shares.forEach((value, part) -> rows.add(List.of(
                String.valueOf(value),
                Quantity.number(1000 * part.seconds()),
                percent(part.read() / part.seconds()),
                percent(part.layerWrite() / part.seconds()),
                percent(part.write() / part.seconds()),
                percent(part.backbone() / part.seconds()))));
        return rows;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    @Override
    public List<String> notes() {
        return shares.entrySet().stream()
                .map(entry -> key + "=" + entry.getKey() + ", methods of the mechanism: "
                        + entry.getValue().methods().entrySet().stream()
                                .limit(METHODS)
                                .map(method -> method.getKey() + " " + percent(method.getValue()))
                                .collect(Collectors.joining(", ")))
                .toList();
    }

    @Override
    public Map<String, LineChart> charts() {
        LineChart chart = new LineChart("Share of a segment's time", key, "%")
                .with(series("reader", part -> part.read() / part.seconds()))
                .with(series("writer, before blocks", part -> part.layerWrite() / part.seconds()))
                .with(series("writer, at the end", part -> part.write() / part.seconds()));
        LineChart methods = new LineChart("Share of the mechanism's own methods", key, "%");
        for (String method : mostCostly()) {
            methods.with(series(method, part -> part.methods().getOrDefault(method, 0.0)));
        }
        Map<String, LineChart> charts = new LinkedHashMap<>();
        charts.put("profile", chart);
        charts.put("profile-methods", methods);
        return charts;
    }

    /** Of the last value measured. */
    private List<String> mostCostly() {
        List<Shares> all = List.copyOf(shares.values());
        return all.get(all.size() - 1).methods().keySet().stream()
                .limit(METHODS)
                .toList();
    }

    private LineChart.Series series(String name, ToDoubleFunction<Shares> share) {
        return new LineChart.Series(
                name,
                shares.keySet().stream().mapToDouble(Integer::doubleValue).toArray(),
                shares.values().stream()
                        .mapToDouble(part -> 100 * share.applyAsDouble(part))
                        .toArray());
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("memory", memory);
        map.put("key", key);
        map.put("profiles", shares.entrySet().stream().map(ProfileReport::entry).toList());
        return map;
    }

    private static Map<String, Object> entry(Map.Entry<Integer, Shares> entry) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("value", entry.getKey());
        map.put("seconds", entry.getValue().seconds());
        map.put("read_seconds", entry.getValue().read());
        map.put("layer_write_seconds", entry.getValue().layerWrite());
        map.put("write_seconds", entry.getValue().write());
        map.put("method_shares", entry.getValue().methods());
        return map;
    }
}
