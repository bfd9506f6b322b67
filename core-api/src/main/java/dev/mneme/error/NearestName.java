package dev.mneme.error;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the valid names closest to a mistyped one, for messages that say what to write instead. */
public final class NearestName {
    private NearestName() {}

    /** All valid names, nearest to {@code given} first (by edit distance, then alphabetically). */
    public static List<String> sort(String given, Collection<String> valid) {
        return valid.stream()
                .sorted(Comparator.<String>comparingInt(name -> editDistance(given, name))
                        .thenComparing(Comparator.naturalOrder()))
                .collect(Collectors.toList());
    }

    /**
     * A sentence such as {@code did you mean 'dim'? Valid: dim, heads, layers}; the question is left out when no name
     * is near enough to be a slip of the fingers.
     */
    public static String hint(String given, Collection<String> valid) {
        if (valid.isEmpty()) {
            return "there is none to choose from";
        }
        List<String> sorted = sort(given, valid);
        String nearest = sorted.get(0);
        boolean plausible = editDistance(given, nearest) <= Math.max(2, given.length() / 3);
        return (plausible ? "did you mean '" + nearest + "'? " : "") + "Valid: " + String.join(", ", sorted);
    }

    private static int editDistance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
