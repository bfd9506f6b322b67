package dev.mneme.tasks.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A closed list of characters or words, taken from a training text; everything else is unknown. */
final class ListTokenizer implements TextTokenizer {
    private static final Pattern CHARACTER = Pattern.compile("(?s).");
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+|[^\\s\\p{L}\\p{M}\\p{N}]");

    private final Pattern piece;
    private final String separator;
    private final List<String> pieces;
    private final Map<String, Integer> ids = new HashMap<>();

    private ListTokenizer(Pattern piece, String separator, List<String> pieces) {
        this.piece = piece;
        this.separator = separator;
        this.pieces = pieces;
        for (String text : pieces) {
            ids.put(text, ids.size());
        }
    }

    /** The most frequent {@code limit} characters (code points). */
    static ListTokenizer characters(Iterable<String> texts, int limit) {
        return new ListTokenizer(CHARACTER, "", mostFrequent(CHARACTER, texts, limit));
    }

    /** The most frequent {@code limit} words and punctuation marks; decoded text has blanks between all of them. */
    static ListTokenizer words(Iterable<String> texts, int limit) {
        return new ListTokenizer(WORD, " ", mostFrequent(WORD, texts, limit));
    }

    private static List<String> mostFrequent(Pattern piece, Iterable<String> texts, int limit) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String text : texts) {
            piece.matcher(text).results().forEach(match -> counts.merge(match.group(), 1, Integer::sum));
        }
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .limit(limit)
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public int size() {
        return pieces.size();
    }

    @Override
    public int[] encode(String text) {
        return piece.matcher(text)
                .results()
                .mapToInt(match -> ids.getOrDefault(match.group(), UNKNOWN))
                .toArray();
    }

    @Override
    public String decode(int[] text) {
        return VisibleText.of(Arrays.stream(text)
                .mapToObj(id -> id == UNKNOWN ? UNKNOWN_SIGN : pieces.get(id))
                .collect(Collectors.joining(separator)));
    }

    @Override
    public int beginToken() {
        return 0;
    }
}
