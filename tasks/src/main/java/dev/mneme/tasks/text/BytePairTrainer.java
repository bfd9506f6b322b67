package dev.mneme.tasks.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/** Learns the merges of a {@link BytePairTokenizer}: again and again the most frequent pair, ties to the lower ids. */
final class BytePairTrainer {
    /** A pair seen once saves nothing. */
    private static final long SMALLEST_COUNT = 2;

    private static final int EVERY = -1;

    private record Candidate(long pair, long count) {}

    private final List<int[]> words = new ArrayList<>();
    private final List<Integer> wordCounts = new ArrayList<>();
    private final Map<Long, Long> pairCounts = new HashMap<>();
    /** Words that hold a pair, or held it before a merge took it apart. */
    private final Map<Long, List<Integer>> wordsWithPair = new HashMap<>();

    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(
            Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair));

    private BytePairTrainer(Iterable<String> texts) {
        Map<String, Integer> pieces = new TreeMap<>();
        for (String text : texts) {
            BytePairTokenizer.PIECE
                    .matcher(text)
                    .results()
                    .forEach(match -> pieces.merge(match.group(), 1, Integer::sum));
        }
        pieces.forEach((piece, count) -> {
            words.add(BytePairTokenizer.bytesOf(piece));
            wordCounts.add(count);
        });
        for (int word = 0; word < words.size(); word++) {
            count(word, 1, EVERY);
        }
        pairCounts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
    }

    /** A tokenizer of at most {@code size} ids, at least the 256 bytes. */
    static BytePairTokenizer train(Iterable<String> texts, int size) {
        return new BytePairTokenizer(new BytePairTrainer(texts).merges(size - 256));
    }

    private List<Long> merges(int limit) {
        List<Long> merges = new ArrayList<>();
        while (merges.size() < limit && !queue.isEmpty()) {
            Candidate best = queue.poll();
            long count = pairCounts.getOrDefault(best.pair(), 0L);
            if (count < SMALLEST_COUNT) {
                continue;
            }
            // Counts change after a candidate was queued; a stale one goes back with its true count.
            if (count != best.count()) {
                queue.add(new Candidate(best.pair(), count));
                continue;
            }
            replace(best.pair(), 256 + merges.size());
            merges.add(best.pair());
        }
        return merges;
    }

    private void replace(long pair, int merged) {
        Set<Long> risen = new HashSet<>();
        for (int word : wordsWithPair.remove(pair)) {
            int[] ids = replaced(words.get(word), pair, merged);
            if (ids.length < words.get(word).length) {
                count(word, -1, merged);
                words.set(word, ids);
                risen.addAll(count(word, 1, merged));
            }
        }
        // No other pair can have become more frequent.
        risen.forEach(each -> queue.add(new Candidate(each, pairCounts.get(each))));
    }

    private static int[] replaced(int[] word, long pair, int merged) {
        int[] result = new int[word.length];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            boolean here = i + 1 < word.length && BytePairTokenizer.pair(word[i], word[i + 1]) == pair;
            result[length++] = here ? merged : word[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(result, length);
    }

    /**
     * Adds a word's pairs to the counts, or takes them away.
     *
     * @param listed the id whose pairs the word is listed under, or {@link #EVERY}
     * @return the pairs it was listed under
     */
    private List<Long> count(int word, int sign, int listed) {
        int[] ids = words.get(word);
        List<Long> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < ids.length; i++) {
            long pair = BytePairTokenizer.pair(ids[i], ids[i + 1]);
            pairCounts.merge(pair, (long) sign * wordCounts.get(word), Long::sum);
            if (sign > 0 && (listed == EVERY || ids[i] == listed || ids[i + 1] == listed)) {
                wordsWithPair.computeIfAbsent(pair, unused -> new ArrayList<>()).add(word);
                pairs.add(pair);
            }
        }
        return pairs;
    }
}
