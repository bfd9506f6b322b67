package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Ends generation early.
 *
 * @param lookback how many of the last generated tokens are looked at
 * @param stops whether generation ends after these tokens, at most {@code lookback}; called after every token, by the
 *     thread that serves all sessions: it must be quick
 */
public record StopRule(int lookback, Predicate<long[]> stops) {
    /** Never. */
    public static final StopRule NEVER = new StopRule(0, tokens -> false);

    /**
     * After any of these token sequences.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) if one is empty
     */
    public static StopRule sequences(List<long[]> sequences) {
        requireContent(sequences.stream().anyMatch(sequence -> sequence.length == 0));
        int longest =
                sequences.stream().mapToInt(sequence -> sequence.length).max().orElse(0);
        return new StopRule(longest, tokens -> sequences.stream().anyMatch(sequence -> endsWith(tokens, sequence)));
    }

    /**
     * As soon as any of these strings is in the text.
     *
     * @param render text of token ids, such as {@code task::renderTarget}
     * @throws MnemeException ({@code CONFIG_INVALID}) if one is empty
     */
    public static StopRule texts(Function<long[], String> render, List<String> texts) {
        requireContent(texts.stream().anyMatch(String::isEmpty));
        int longest = texts.stream()
                .mapToInt(text -> text.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElse(0);
        // A token is at least a byte; four more let the tail begin inside a character.
        return new StopRule(longest == 0 ? 0 : longest + 4, tokens -> {
            String tail = render.apply(tokens);
            return texts.stream().anyMatch(tail::contains);
        });
    }

    private static void requireContent(boolean anyEmpty) {
        if (anyEmpty) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID, "a stop sequence is empty, which would end every text before it begins");
        }
    }

    private static boolean endsWith(long[] tokens, long[] sequence) {
        int start = tokens.length - sequence.length;
        return start >= 0 && Arrays.equals(tokens, start, tokens.length, sequence, 0, sequence.length);
    }
}
