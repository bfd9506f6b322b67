package dev.mneme.cli.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * From which length on one curve stays below another.
 *
 * @param place where it lies
 * @param length of the crossing, interpolated on the logarithms of length and ratio; NaN unless within the range
 * @param shortest length that both curves have
 * @param longest length that both curves have
 */
public record Crossing(Place place, double length, double shortest, double longest) {
    /** Where curves cross. */
    public enum Place {
        /** Between two of the lengths. */
        WITHIN,
        /** The candidate is below at every length. */
        BEFORE,
        /** The candidate is not below at the longest length. */
        BEYOND,
        /** The curves have no length in common. */
        UNKNOWN
    }

    /**
     * Compares two curves. Lengths at which either value is missing (NaN) or not positive are left out.
     *
     * @param lengths increasing
     * @param baseline what the candidate is compared with
     * @param candidate less is better
     */
    public static Crossing of(double[] lengths, double[] baseline, double[] candidate) {
        double shortest = Double.NaN;
        double longest = Double.NaN;
        double previousLength = Double.NaN;
        double previousRatio = Double.NaN;
        Crossing crossing = new Crossing(Place.UNKNOWN, Double.NaN, Double.NaN, Double.NaN);
        for (int i = 0; i < lengths.length; i++) {
            if (!(baseline[i] > 0 && candidate[i] > 0)) {
                continue;
            }
            double ratio = Math.log(candidate[i] / baseline[i]);
            shortest = Double.isNaN(shortest) ? lengths[i] : shortest;
            longest = lengths[i];
            if (ratio >= 0) {
                crossing = new Crossing(Place.BEYOND, Double.NaN, shortest, longest);
            } else if (crossing.place == Place.UNKNOWN) {
                crossing = new Crossing(Place.BEFORE, Double.NaN, shortest, longest);
            } else if (crossing.place == Place.BEYOND) {
                double share = previousRatio / (previousRatio - ratio);
                double log = Math.log(previousLength) + share * (Math.log(lengths[i]) - Math.log(previousLength));
                crossing = new Crossing(Place.WITHIN, Math.exp(log), shortest, longest);
            }
            previousLength = lengths[i];
            previousRatio = ratio;
        }
        return new Crossing(crossing.place, crossing.length, shortest, longest);
    }

    /** A part of a sentence, such as {@code from 1448 tokens on}. */
    public String text() {
        return switch (place) {
            case WITHIN -> String.format(Locale.ROOT, "from %.0f tokens on", length);
            case BEFORE ->
                String.format(
                        Locale.ROOT, "beyond the range: less at every length from %.0f to %.0f", shortest, longest);
            case BEYOND -> String.format(Locale.ROOT, "beyond the range: not less at %.0f tokens", longest);
            case UNKNOWN -> "no length at which both were measured";
        };
    }

    /** For records. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("place", place.name().toLowerCase(Locale.ROOT));
        map.put("length", length);
        map.put("text", text());
        return map;
    }
}
