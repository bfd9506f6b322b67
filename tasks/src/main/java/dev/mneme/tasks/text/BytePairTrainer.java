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

    private record Candidate(long pair, long count) {}

    private final List<int[]> words = new ArrayList<>();
    private final List<Integer> wordCounts = new ArrayList<>();
    private final Map<Long, Long> pairCounts = new HashMap<>();
    private final Map<Long, Set<Integer>> wordsWithPair = new HashMap<>();
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
            count(word, 1, new HashSet<>());
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
        Set<Long> changed = new HashSet<>();
        for (int word : List.copyOf(wordsWithPair.getOrDefault(pair, Set.of()))) {
            count(word, -1, changed);
            words.set(word, replaced(words.get(word), pair, merged));
            count(word, 1, changed);
        }
        for (long each : changed) {
            long count = pairCounts.getOrDefault(each, 0L);
            if (count >= SMALLEST_COUNT) {
                queue.add(new Candidate(each, count));
            }
        }
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

    private void count(int word, int sign, Set<Long> changed) {
        int[] ids = words.get(word);
        for (int i = 0; i + 1 < ids.length; i++) {
            long pair = BytePairTokenizer.pair(ids[i], ids[i + 1]);
            changed.add(pair);
            pairCounts.merge(pair, (long) sign * wordCounts.get(word), Long::sum);
            Set<Integer> holders = wordsWithPair.computeIfAbsent(pair, unused -> new HashSet<>());
            if (sign > 0) {
                holders.add(word);
            } else {
                holders.remove(word);
            }
        }
    }
}
