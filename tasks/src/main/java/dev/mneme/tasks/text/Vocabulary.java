package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The words of a program's own: names of events, fields of a log line, states. Id 0 is the beginning of a sequence, id 1 any
 * word that is not listed, and the words have 2, 3 and so on in their order. A model depends on that order: write
 * {@link #words()} beside it unless the program itself fixes them. Immutable and thread-safe.
 */
public final class Vocabulary {
    private static final List<String> SPECIAL = List.of("<begin>", "<unknown>");
    private static final int UNKNOWN = 1;

    private final List<String> words;
    private final Map<String, Integer> ids = new HashMap<>();

    private Vocabulary(List<String> words) {
        this.words = words;
        for (String word : words) {
            ids.put(word, SPECIAL.size() + ids.size());
        }
    }

    /**
     * Words in order; repeats count once.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) if there is none, or if one is empty or has blanks in it
     */
    public static Vocabulary of(Collection<String> words) {
        for (String word : words) {
            if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        "a vocabulary: '" + word + "' is no word; words are not empty and have no blanks");
            }
        }
        if (words.isEmpty()) {
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "a vocabulary needs at least one word");
        }
        return new Vocabulary(List.copyOf(new LinkedHashSet<>(words)));
    }

    /** Number of ids, those of the beginning and of unknown words included. */
    public int size() {
        return SPECIAL.size() + words.size();
    }

    /** Id of the beginning of a sequence: the first token that a session is fed. */
    public long begin() {
        return 0;
    }

    /** Ids of words; those that are not listed get that of the unknown word. */
    public long[] encode(String... text) {
        return Arrays.stream(text)
                .mapToLong(word -> ids.getOrDefault(word, UNKNOWN))
                .toArray();
    }

    /** Words of ids, with blanks between them. */
    public String decode(long... tokens) {
        return Arrays.stream(tokens).mapToObj(this::word).collect(Collectors.joining(" "));
    }

    /** The words in the order of their ids, from id 2 on; {@link #of} makes an equal vocabulary of them. */
    public List<String> words() {
        return words;
    }

    private String word(long id) {
        if (id < 0 || id >= size()) {
            return "?" + id;
        }
        int index = Math.toIntExact(id);
        return index < SPECIAL.size() ? SPECIAL.get(index) : words.get(index - SPECIAL.size());
    }
}
