package dev.mneme.tasks.generated;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Associative retrieval over many segments: key-value pairs in the first segments, a question in the last. All segments
 * have {@code model.segment} tokens L.
 *
 * <p>The pairs are spread evenly, in order, over the first T - 1 - filler segments, pair i into segment i (T - 1 - filler)
 * / P (rounded down); a pair never crosses a border. They stand at the beginning of their segment, distractors fill it up
 * and make up the filler segments. The last segment is distractors, then QUERY, the m tokens of one of the keys, ANS. The
 * keys are distinct, key tokens, values and the asked pair uniform. Decoder and encoder form: the value is due at ANS.
 * Encoder-decoder form: the decoder reads BOS after the last segment and answers. With more than one question they follow
 * each other at the end of the last segment; no answer is shown there, and the encoder-decoder is fed its earlier ones.
 *
 * <p>{@code chanceAccuracy} is exactly 1/V_v: no value is in the segment of the question. One model can be tried with any
 * number of segments and any filler, as long as the pairs fit. The task {@code retrieval} is the one in which pairs and
 * question are one sequence, wherever it is cut.
 */
public final class AssociativeRetrievalProvider implements TaskProvider<AssociativeRetrievalConfig> {
    @Override
    public String name() {
        return "associative-retrieval";
    }

    @Override
    public String summary() {
        return "recall the value of a key stored segments ago; without a memory of the pairs the value is a guess";
    }

    @Override
    public Class<AssociativeRetrievalConfig> configType() {
        return AssociativeRetrievalConfig.class;
    }

    @Override
    public Task create(AssociativeRetrievalConfig config, TaskContext context) {
        SegmentFit.require(config.questionTokens(), context, "task.key_tokens");
        SegmentFit.require(config.questions() * config.questionTokens(), context, "task.questions");
        int pairsOfASegment = (config.pairs() + config.pairSegments() - 1) / config.pairSegments();
        SegmentFit.require(pairsOfASegment * config.pairTokens(), context, "task.pairs");
        Symbols names = Symbols.withControl()
                .and("k", config.keys())
                .and("v", config.values())
                .and("d", config.distractors());
        boolean paired = config.form().isPaired();
        int length = context.segmentLength();
        TaskInfo info = new TaskInfo(
                config.form().form(),
                names.size(),
                names.size(),
                length,
                paired ? config.questions() : 0,
                paired ? Symbols.BOS : -1,
                -1,
                1.0 / config.values(),
                Double.NaN);
        return new GeneratedTask(
                info, names, (split, random) -> draw(config, length, random), config.evaluationSequences());
    }

    private static Example draw(AssociativeRetrievalConfig config, int length, SplittableRandom random) {
        List<List<Integer>> keys = keys(config, random);
        int firstValue = Symbols.FIRST_DATA + config.keys();
        int firstDistractor = firstValue + config.values();
        long[] tokens = random.longs(
                        Math.multiplyExact((long) config.segments(), length),
                        firstDistractor,
                        (long) firstDistractor + config.distractors())
                .toArray();
        long[] values =
                random.longs(config.pairs(), firstValue, firstDistractor).toArray();
        int[] pairsIn = new int[config.pairSegments()];
        for (int pair = 0; pair < config.pairs(); pair++) {
            int segment = (int) ((long) pair * pairsIn.length / config.pairs());
            int at = segment * length + pairsIn[segment]++ * config.pairTokens();
            put(keys.get(pair), tokens, at);
            tokens[at + config.keyTokens()] = values[pair];
        }
        int[] asked = asked(config, random);
        long[] answers = Arrays.stream(asked).mapToLong(pair -> values[pair]).toArray();
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, SegmentBatch.IGNORED);
        int at = tokens.length - asked.length * config.questionTokens();
        for (int question = 0; question < asked.length; question++) {
            tokens[at] = Symbols.QUERY;
            put(keys.get(asked[question]), tokens, at + 1);
            at += config.questionTokens();
            tokens[at - 1] = Symbols.ANS;
            labels[at - 1] = answers[question];
        }
        if (config.form().isPaired()) {
            long[] decoderTokens = new long[answers.length];
            decoderTokens[0] = Symbols.BOS;
            System.arraycopy(answers, 0, decoderTokens, 1, answers.length - 1);
            return new Example(tokens, decoderTokens, answers);
        }
        return new Example(tokens, null, labels);
    }

    /** Different pairs, every choice and order equally likely. */
    private static int[] asked(AssociativeRetrievalConfig config, SplittableRandom random) {
        int[] order = IntStream.range(0, config.pairs()).toArray();
        for (int i = 0; i < config.questions(); i++) {
            int chosen = i + random.nextInt(order.length - i);
            int pair = order[chosen];
            order[chosen] = order[i];
            order[i] = pair;
        }
        return Arrays.copyOf(order, config.questions());
    }

    private static void put(List<Integer> key, long[] tokens, int at) {
        for (int i = 0; i < key.size(); i++) {
            tokens[at + i] = Symbols.FIRST_DATA + key.get(i);
        }
    }

    /** Distinct keys, all sets of them equally likely in all orders. */
    private static List<List<Integer>> keys(AssociativeRetrievalConfig config, SplittableRandom random) {
        Set<List<Integer>> keys = new LinkedHashSet<>();
        while (keys.size() < config.pairs()) {
            keys.add(random.ints(config.keyTokens(), 0, config.keys()).boxed().toList());
        }
        return new ArrayList<>(keys);
    }
}
