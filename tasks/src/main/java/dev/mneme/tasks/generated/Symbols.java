package dev.mneme.tasks.generated;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.error.NearestName;
import dev.mneme.task.SegmentBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Names of a task's token ids, for people: {@code BOS s3 s1 SEP}, or single characters. */
final class Symbols {
    static final int PAD = 0;
    static final int BOS = 1;
    static final int SEP = 2;
    static final int QUERY = 3;
    static final int ANS = 4;
    /** First id of a data symbol where control symbols exist. */
    static final int FIRST_DATA = 5;

    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    /** What stands between names in text: nothing where every name is a character. */
    private final String blank;

    private Symbols(List<String> control, String blank) {
        this.blank = blank;
        control.forEach(this::add);
    }

    static Symbols withControl() {
        return new Symbols(List.of("PAD", "BOS", "SEP", "QUERY", "ANS"), " ");
    }

    static Symbols dataOnly() {
        return new Symbols(List.of(), " ");
    }

    /** PAD as {@code _}, then one symbol a character. */
    static Symbols characters(String alphabet) {
        Symbols symbols = new Symbols(List.of("_"), "");
        alphabet.chars().forEach(character -> symbols.add(Character.toString(character)));
        return symbols;
    }

    /** Adds {@code count} symbols named prefix0, prefix1, ... */
    Symbols and(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            add(prefix + i);
        }
        return this;
    }

    private void add(String name) {
        ids.put(name, names.size());
        names.add(name);
    }

    int size() {
        return names.size();
    }

    String render(long[] tokens) {
        StringJoiner text = new StringJoiner(blank);
        for (long token : tokens) {
            if (token != SegmentBatch.IGNORED) {
                text.add(token >= 0 && token < names.size() ? names.get((int) token) : "?" + token);
            }
        }
        return text.toString();
    }

    /** Names or ids, separated by blanks; characters without any. */
    long[] parse(String text) {
        String trimmed = text.trim();
        if (trimmed.isEmpty()) {
            return new long[0];
        }
        if (blank.isEmpty()) {
            return trimmed.chars().mapToLong(this::parseCharacter).toArray();
        }
        return Arrays.stream(trimmed.split("\\s+")).mapToLong(this::parseOne).toArray();
    }

    private long parseCharacter(int character) {
        Integer id = ids.get(Character.toString(character));
        if (id == null) {
            throw new MnemeException(
                    ErrorCode.NAME_UNKNOWN,
                    "reading the prompt: '" + Character.toString(character)
                            + "' is not a character of this task; it has " + String.join("", names));
        }
        return id;
    }

    private long parseOne(String word) {
        Integer id = ids.get(word);
        if (id != null) {
            return id;
        }
        if (word.matches("\\d{1,9}") && Integer.parseInt(word) < names.size()) {
            return Integer.parseInt(word);
        }
        List<String> nearest = NearestName.sort(word, names);
        throw new MnemeException(
                ErrorCode.NAME_UNKNOWN,
                "reading the prompt: '" + word + "' is neither an id in 0.." + (names.size() - 1)
                        + " nor a symbol of this task such as "
                        + String.join(", ", nearest.subList(0, Math.min(5, nearest.size()))));
    }
}
