package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Associative retrieval in one sequence: BOS k_1 v_1 .. k_P v_P QUERY k_j ANS, and v_j is due at ANS. The P keys are
 * distinct, the values uniform, j uniform. Without markers it is k_1 v_1 .. k_P v_P k_j ANS, the retrieval task of the
 * recurrent memory transformer.
 *
 * <p>Decoder and encoder form: the sequence is causal or bidirectional and, when longer than {@code model.segment}, cut
 * into segments of that length (the last one padded), so that pairs of earlier segments are known only through a memory.
 * Encoder-decoder form: the encoder reads the whole sequence including the query, the decoder reads BOS and answers.
 *
 * <p>{@code chanceAccuracy} is exact: pairs within the segment of ANS are known, of the others the value is guessed. It
 * is NaN for a sequence that fits into one segment, unless encoder-decoder. The task {@code associative-retrieval} is the
 * one whose number of segments is a setting.
 */
public final class RetrievalProvider implements TaskProvider<RetrievalConfig> {
    @Override
    public String name() {
        return "retrieval";
    }

    @Override
    public String summary() {
        return "recall the value once stored under a key; without a memory of the pairs the value is a guess";
    }

    @Override
    public Class<RetrievalConfig> configType() {
        return RetrievalConfig.class;
    }

    @Override
    public Task create(RetrievalConfig config, TaskContext context) {
        Symbols names = Symbols.withControl().and("k", config.keys()).and("v", config.values());
        boolean paired = config.form().isPaired();
        int total = config.answerAt() + 1;
        TaskInfo info = new TaskInfo(
                config.form().form(),
                names.size(),
                names.size(),
                paired ? total : Math.min(total, context.segmentLength()),
                paired ? 1 : 0,
                paired ? Symbols.BOS : -1,
                -1,
                paired ? 1.0 / config.values() : segmentChance(config, context.segmentLength()),
                Double.NaN);
        return new GeneratedTask(info, names, (split, random) -> draw(config, random), config.evaluationSequences());
    }

    private static Example draw(RetrievalConfig config, SplittableRandom random) {
        int pairs = config.pairs();
        int[] keys = distinct(pairs, config.keys(), random);
        int firstValue = Symbols.FIRST_DATA + config.keys();
        int first = config.firstPairAt();
        int answerAt = config.answerAt();
        long[] tokens = new long[answerAt + 1];
        for (int i = 0; i < pairs; i++) {
            tokens[first + 2 * i] = Symbols.FIRST_DATA + keys[i];
            tokens[first + 2 * i + 1] = firstValue + random.nextInt(config.values());
        }
        int asked = random.nextInt(pairs);
        if (config.markers()) {
            tokens[0] = Symbols.BOS;
            tokens[answerAt - 2] = Symbols.QUERY;
        }
        tokens[answerAt - 1] = tokens[first + 2 * asked];
        tokens[answerAt] = Symbols.ANS;
        long answer = tokens[first + 2 * asked + 1];
        if (config.form().isPaired()) {
            return new Example(tokens, new long[] {Symbols.BOS}, new long[] {answer});
        }
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        labels[labels.length - 1] = answer;
        return new Example(tokens, null, labels);
    }

    /** The first places of a Fisher-Yates shuffle: {@code count} distinct numbers below {@code bound}, uniform. */
    static int[] distinct(int count, int bound, SplittableRandom random) {
        int[] numbers = new int[bound];
        Arrays.setAll(numbers, i -> i);
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i, bound);
            int swapped = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = swapped;
        }
        return Arrays.copyOf(numbers, count);
    }

    private static double segmentChance(RetrievalConfig config, int segmentLength) {
        int pairs = config.pairs();
        int answerAt = config.answerAt();
        if (answerAt < segmentLength) {
            return Double.NaN;
        }
        int start = answerAt / segmentLength * segmentLength - config.firstPairAt();
        double guess = 1.0 / config.values();
        int firstWholePair = (start + 1) / 2; // pair i stands at places 2i and 2i + 1 after the first
        int known = Math.max(0, pairs - firstWholePair);
        if (known == pairs) {
            return 1;
        }
        // A value whose key fell into the segment before may be the answer, more likely than any other value.
        boolean loneValue = start % 2 == 1 && start < 2 * pairs;
        int unknown = pairs - known;
        double best = loneValue ? 1.0 / unknown + (1 - 1.0 / unknown) * guess : guess;
        return (known + unknown * best) / pairs;
    }
}
