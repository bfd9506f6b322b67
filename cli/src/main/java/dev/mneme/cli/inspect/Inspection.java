package dev.mneme.cli.inspect;

import dev.mneme.runtime.inspect.InspectedSegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What is shown of a memory at work.
 *
 * @param memory name of the mechanism
 * @param model folder of the run
 * @param text file that was read
 * @param segments in order, at least one, with views as large as they are shown
 * @param notes by title of a view: how it is smaller than what was computed
 */
public record Inspection(
        String memory, String model, String text, List<InspectedSegment> segments, Map<String, String> notes) {
    private static final double NATS_PER_BIT = Math.log(2);

    public Inspection {
        segments = List.copyOf(segments);
        notes = Map.copyOf(notes);
    }

    /** Number of tokens read. */
    public long tokens() {
        return segments.stream().mapToLong(segment -> segment.tokens().size()).sum();
    }

    /** Mean surprise over all tokens that were predicted; NaN if none was. */
    public double bitsPerToken() {
        return segments.stream()
                .flatMapToDouble(segment -> Arrays.stream(segment.surprises()))
                .filter(nats -> !Double.isNaN(nats))
                .map(Inspection::bits)
                .average()
                .orElse(Double.NaN);
    }

    /** Titles of the mechanism's views, as they come up. */
    public List<String> titles() {
        return segments.stream()
                .flatMap(segment -> segment.views().stream())
                .map(view -> view.title())
                .distinct()
                .toList();
    }

    /** Names of the state's entries that differ in nothing but numbers, by what they have in common. */
    static Map<String, List<String>> groups(Iterable<String> names) {
        Map<String, List<String>> groups = new TreeMap<>();
        for (String name : names) {
            String common = name.replaceAll("(?<=^|\\.)\\d+(?=\\.|$)", "*");
            groups.computeIfAbsent(common, key -> new ArrayList<>()).add(name);
        }
        return groups;
    }

    /** One number a segment for each of the names. */
    Map<String, double[]> overTime(List<String> names, Function<InspectedSegment, Function<String, Double>> value) {
        Map<String, double[]> curves = new LinkedHashMap<>();
        for (String name : names) {
            curves.put(
                    name,
                    segments.stream()
                            .mapToDouble(segment -> value.apply(segment).apply(name))
                            .toArray());
        }
        return curves;
    }

    static double bits(double nats) {
        return nats / NATS_PER_BIT;
    }
}
