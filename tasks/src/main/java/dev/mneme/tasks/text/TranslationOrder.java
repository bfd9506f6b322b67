package dev.mneme.tasks.text;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/** The order of the training pairs in one epoch. */
final class TranslationOrder {
    /** Pairs of this many batches are sorted by length together, so that little of a batch is padding. */
    private static final int POOL = 16;

    private TranslationOrder() {}

    /**
     * Pairs shuffled, then of similar length within a batch; batches in random order.
     *
     * @return indices of pairs, {@code batches * rows} of them; with fewer pairs than that some come again
     */
    static int[] of(List<EncodedPair> pairs, int rows, int batches, SplittableRandom random) {
        int[] all = new int[pairs.size()];
        Arrays.setAll(all, i -> i);
        shuffle(all, random);
        Integer[] order = new Integer[batches * rows];
        Arrays.setAll(order, i -> all[i % all.length]);
        Comparator<Integer> byLength = Comparator.comparingInt(
                i -> pairs.get(i).source().length + pairs.get(i).target().length);
        for (int from = 0; from < order.length; from += POOL * rows) {
            Arrays.sort(order, from, Math.min(order.length, from + POOL * rows), byLength);
        }
        int[] batchOrder = new int[batches];
        Arrays.setAll(batchOrder, i -> i);
        shuffle(batchOrder, random);
        int[] result = new int[order.length];
        Arrays.setAll(result, i -> order[batchOrder[i / rows] * rows + i % rows]);
        return result;
    }

    private static void shuffle(int[] numbers, SplittableRandom random) {
        for (int i = numbers.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = swapped;
        }
    }
}
