package dev.mneme.cli.bench;

import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.report.LineChart;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Whether a stream stays flat: time a token and resident memory by tenths of it.
 *
 * @param memory name of the mechanism
 * @param samples in order, at least ten
 */
public record StreamReport(String memory, List<StreamMeter.Sample> samples) implements GridReport {
    private static final int TENTHS = 10;
    private static final double MIB = 1 << 20;

    public StreamReport {
        samples = List.copyOf(samples);
    }

    @Override
    public String title() {
        return "A long stream: " + memory;
    }

    @Override
    public String summary() {
        return Quantity.count(total()) + " tokens through one session of " + memory
                + ", after a warm-up: does a token cost the same at the end as at the beginning, and does memory grow?";
    }

    @Override
    public List<String> headings() {
        return List.of("tokens", "microseconds a token", "largest resident MiB");
    }

    @Override
    public List<List<String>> rows() {
        List<List<String>> rows = new ArrayList<>();
        for (int tenth = 0; tenth < TENTHS; tenth++) {
            List<StreamMeter.Sample> part = part(tenth, tenth + 1);
            rows.add(List.of(
                    String.valueOf(part.get(part.size() - 1).tokens()),
                    String.format(Locale.ROOT, "%.2f", 1e6 * secondsPerToken(tenth)),
                    String.format(Locale.ROOT, "%.1f", largest(part) / MIB)));
        }
        return rows;
    }

    @Override
    public List<String> notes() {
        return List.of(
                String.format(Locale.ROOT, "time of the last tenth / of the first: %.3f", timeRatio()),
                String.format(
                        Locale.ROOT, "largest resident memory of the second half / of the first: %.4f", memoryRatio()),
                String.format(
                        Locale.ROOT,
                        "bytes of the saved session, largest of the last tenth / of the first: %.4f",
                        stateRatio()));
    }

    /** Time a token in the last tenth against the first. */
    public double timeRatio() {
        return secondsPerToken(TENTHS - 1) / secondsPerToken(0);
    }

    /** Largest saved session in the last tenth against the first. */
    public double stateRatio() {
        return largestState(part(TENTHS - 1, TENTHS)) / largestState(part(0, 1));
    }

    /** Largest resident memory in the second half against the first. */
    public double memoryRatio() {
        return largest(part(TENTHS / 2, TENTHS)) / largest(part(0, TENTHS / 2));
    }

    @Override
    public Map<String, LineChart> charts() {
        Map<String, LineChart> charts = new LinkedHashMap<>();
        charts.put(
                "stream-time",
                new LineChart("Time of a token along the stream", "tokens", "microseconds")
                        .with(series(sample -> 1e6 * sample.seconds() / (total() / (double) samples.size()))));
        charts.put(
                "stream-memory",
                new LineChart("Resident memory along the stream", "tokens", "MiB")
                        .with(series(sample -> sample.residentBytes() / MIB)));
        return charts;
    }

    @Override
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("memory", memory);
        map.put("time_ratio", timeRatio());
        map.put("memory_ratio", memoryRatio());
        map.put("state_ratio", stateRatio());
        map.put(
                "samples",
                samples.stream()
                        .map(sample -> Map.of(
                                "tokens", sample.tokens(),
                                "seconds", sample.seconds(),
                                "resident_bytes", sample.residentBytes(),
                                "state_bytes", sample.stateBytes()))
                        .toList());
        return map;
    }

    private LineChart.Series series(ToDoubleFunction<StreamMeter.Sample> value) {
        return new LineChart.Series(
                memory,
                samples.stream().mapToDouble(StreamMeter.Sample::tokens).toArray(),
                samples.stream().mapToDouble(value).toArray());
    }

    private List<StreamMeter.Sample> part(int fromTenth, int toTenth) {
        return samples.subList(samples.size() * fromTenth / TENTHS, samples.size() * toTenth / TENTHS);
    }

    private double secondsPerToken(int tenth) {
        double seconds = part(tenth, tenth + 1).stream()
                .mapToDouble(StreamMeter.Sample::seconds)
                .sum();
        return seconds * TENTHS / total();
    }

    private long total() {
        return samples.get(samples.size() - 1).tokens();
    }

    private static double largestState(List<StreamMeter.Sample> part) {
        return part.stream().mapToDouble(StreamMeter.Sample::stateBytes).max().orElse(Double.NaN);
    }

    private static double largest(List<StreamMeter.Sample> part) {
        return part.stream()
                .mapToDouble(StreamMeter.Sample::residentBytes)
                .max()
                .orElse(Double.NaN);
    }
}
