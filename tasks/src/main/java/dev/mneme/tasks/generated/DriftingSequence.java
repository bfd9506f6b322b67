package dev.mneme.tasks.generated;

import dev.mneme.tasks.generated.SortDriftConfig.TieRule;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Symbols of a drifting distribution, and all symbols in decreasing order of how often they occur.
 *
 * @param symbols the sequence, each 0 .. V - 1
 * @param order all V symbols, the most frequent first
 */
record DriftingSequence(int[] symbols, int[] order) {

    /** Redraws of single tokens, for each token, after which distributions that always tie are given up. */
    private static final int REDRAWS = 64;

    static DriftingSequence draw(SortDriftConfig config, SplittableRandom random) {
        while (true) {
            Drift drift = Drift.draw(config.symbols(), config.weights(), random);
            int[] symbols = new int[config.length()];
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = drift.symbol(i, symbols.length, random);
            }
            int[] counts = counts(symbols, 0, config.symbols());
            if (config.ties() != TieRule.REDRAW || redrawTies(symbols, counts, drift, random)) {
                return new DriftingSequence(symbols, order(symbols, counts, config.ties()));
            }
        }
    }

    /**
     * Draws tokens whose symbols tie again, each from the distribution of its place, until all counts differ. Symbols that
     * do not occur have no tokens; while two are missing, any token is drawn again.
     *
     * @return whether they do
     */
    private static boolean redrawTies(int[] symbols, int[] counts, Drift drift, SplittableRandom random) {
        int[] sharing = new int[symbols.length + 1];
        Arrays.stream(counts).forEach(count -> sharing[count]++);
        int distinct = (int) Arrays.stream(counts).distinct().count();
        for (long left = (long) REDRAWS * symbols.length; left > 0 && distinct < counts.length; left--) {
            int i = random.nextInt(symbols.length);
            if (sharing[counts[symbols[i]]] == 1 && sharing[0] < 2) {
                continue;
            }
            distinct += recount(symbols[i], -1, counts, sharing);
            symbols[i] = drift.symbol(i, symbols.length, random);
            distinct += recount(symbols[i], 1, counts, sharing);
        }
        return distinct == counts.length;
    }

    /** Changes the count of a symbol; returns by how much the number of distinct counts grows. */
    private static int recount(int symbol, int change, int[] counts, int[] sharing) {
        int lost = --sharing[counts[symbol]] == 0 ? 1 : 0;
        counts[symbol] += change;
        int gained = sharing[counts[symbol]]++ == 0 ? 1 : 0;
        return gained - lost;
    }

    /** How often each of V symbols occurs from a place on. */
    private static int[] counts(int[] symbols, int from, int alphabet) {
        int[] counts = new int[alphabet];
        for (int i = from; i < symbols.length; i++) {
            counts[symbols[i]]++;
        }
        return counts;
    }

    private static int[] order(int[] symbols, int[] counts, TieRule ties) {
        int[] rank = new int[counts.length];
        if (ties == TieRule.FIRST_SEEN) {
            Arrays.fill(rank, symbols.length);
            for (int i = symbols.length - 1; i >= 0; i--) {
                rank[symbols[i]] = i;
            }
        }
        return IntStream.range(0, counts.length)
                .boxed()
                .sorted(Comparator.comparingInt((Integer symbol) -> -counts[symbol])
                        .thenComparingInt(symbol -> rank[symbol]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Expected share of right places of one who counts from a place on, is told every right symbol after naming one, and
     * names the most frequent of the rest, any of those that tie.
     */
    double countedFrom(int from) {
        int[] counts = counts(symbols, from, order.length);
        double right = 0;
        for (int place = 0; place < order.length; place++) {
            int most = Arrays.stream(order, place, order.length)
                    .map(symbol -> counts[symbol])
                    .max()
                    .orElseThrow();
            long candidates = Arrays.stream(order, place, order.length)
                    .filter(symbol -> counts[symbol] == most)
                    .count();
            right += counts[order[place]] == most ? 1.0 / candidates : 0;
        }
        return right / order.length;
    }
}
