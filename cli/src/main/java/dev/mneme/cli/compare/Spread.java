package dev.mneme.cli.compare;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A figure over seeds.
 *
 * @param count of seeds that have it
 * @param mean NaN if none has
 * @param deviation standard deviation, of a sample; NaN for fewer than two
 * @param smallest NaN if none has it
 * @param largest NaN if none has it
 */
record Spread(int count, double mean, double deviation, double smallest, double largest) {
    /** Of those that are numbers. */
    static Spread of(double... values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        double mean = Arrays.stream(finite).average().orElse(Double.NaN);
        double squares = Arrays.stream(finite)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new Spread(
                finite.length,
                mean,
                finite.length < 2 ? Double.NaN : Math.sqrt(squares / (finite.length - 1)),
                Arrays.stream(finite).min().orElse(Double.NaN),
                Arrays.stream(finite).max().orElse(Double.NaN));
    }

    /** For records. */
    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("mean", mean);
        map.put("deviation", deviation);
        map.put("min", smallest);
        map.put("max", largest);
        return map;
    }
}
