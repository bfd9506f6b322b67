package dev.mneme.tasks.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Corpus BLEU-4 of one reference as sacreBLEU computes it by default (Post, arXiv:1804.08771): mteval-13a tokenization,
 * case-sensitive, exponential smoothing of orders without a match, brevity penalty.
 */
public final class Bleu {
    private static final int ORDER = 4;

    private record Rule(Pattern pattern, String replacement) {
        String apply(String text) {
            return pattern.matcher(text).replaceAll(replacement);
        }
    }

    private static final List<Rule> RULES = List.of(
            new Rule(Pattern.compile("([\\{-~\\[-` -&\\(-\\+:-@/])"), " $1 "),
            // a period or comma that does not follow a digit, then one that does not precede a digit
            new Rule(Pattern.compile("([^0-9])([.,])", Pattern.DOTALL), "$1 $2 "),
            new Rule(Pattern.compile("([.,])([^0-9])", Pattern.DOTALL), " $1 $2"),
            new Rule(Pattern.compile("([0-9])(-)"), "$1 $2 "));

    private static final Pattern BLANKS = Pattern.compile("(?U)[\\s\\x1c-\\x1f]+");

    private final long[] matches = new long[ORDER];
    private final long[] totals = new long[ORDER];
    private long hypothesisLength;
    private long referenceLength;

    private Bleu() {}

    /**
     * The score of a corpus.
     *
     * @param hypotheses generated sentences
     * @param references the true ones, parallel
     * @return 0 .. 100
     */
    public static double corpus(List<String> hypotheses, List<String> references) {
        if (hypotheses.size() != references.size()) {
            throw new IllegalArgumentException(
                    hypotheses.size() + " hypotheses but " + references.size() + " references");
        }
        Bleu bleu = new Bleu();
        for (int i = 0; i < hypotheses.size(); i++) {
            bleu.add(tokenize(hypotheses.get(i)), tokenize(references.get(i)));
        }
        return bleu.score();
    }

    /** Words and marks of a sentence, by the rules of mteval-v13a. */
    static String[] tokenize(String sentence) {
        String text = sentence.stripTrailing()
                .replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
        text = " " + text + " ";
        for (Rule rule : RULES) {
            text = rule.apply(text);
        }
        return Arrays.stream(BLANKS.split(text)).filter(word -> !word.isEmpty()).toArray(String[]::new);
    }

    private void add(String[] hypothesis, String[] reference) {
        hypothesisLength += hypothesis.length;
        referenceLength += reference.length;
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, Integer> known = ngrams(reference, n);
            for (Map.Entry<List<String>, Integer> ngram : ngrams(hypothesis, n).entrySet()) {
                matches[n - 1] += Math.min(ngram.getValue(), known.getOrDefault(ngram.getKey(), 0));
                totals[n - 1] += ngram.getValue();
            }
        }
    }

    private static Map<List<String>, Integer> ngrams(String[] words, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= words.length; i++) {
            counts.merge(List.of(Arrays.copyOfRange(words, i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    private double score() {
        if (Arrays.stream(matches).sum() == 0) {
            return 0;
        }
        double smoothing = 1;
        double logSum = 0;
        for (int n = 0; n < ORDER; n++) {
            if (totals[n] == 0) {
                return 0;
            }
            double matched = matches[n];
            if (matches[n] == 0) {
                smoothing *= 2;
                matched = 1 / smoothing;
            }
            logSum += Math.log(100 * matched / totals[n]);
        }
        double brevity =
                hypothesisLength < referenceLength ? Math.exp(1 - (double) referenceLength / hypothesisLength) : 1;
        return brevity * Math.exp(logSum / ORDER);
    }
}
