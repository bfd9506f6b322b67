package dev.mneme.tasks.generated;

import dev.mneme.config.Settings;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.TaskProvider;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sort symbols by how often they occur in a long sequence whose distribution drifts (after Martins et al., arXiv
 * 2109.00301). Token i of N is drawn from (1 - i/N) p_0 + (i/N) p_1 with two random distributions over V symbols; due are
 * the V symbols a_1 .. a_V in decreasing order of their counts. What was frequent at the beginning no longer is at the end,
 * so the last segments alone mislead.
 *
 * <p>Decoder form: one causal sequence s_1 .. s_N SEP a_1 .. a_{V-1}, cut into segments of {@code model.segment}, the last
 * one padded; a_1 is due at SEP, each other at the one before. With N a multiple of {@code model.segment} the answer has a
 * segment to itself; otherwise it shares one with the last tokens, and settings where it would cross a border are refused.
 * Encoder-decoder form: the encoder reads s_1 .. s_N in segments; after the last one the decoder starts with BOS and is fed
 * the previous symbols.
 *
 * <p>With the defaults p_0 and p_1 are softmax of standard normal numbers. While two counts are equal, tokens of such
 * symbols are drawn again, each from the distribution of its place: whole sequences of a few hundred tokens hardly ever
 * come without ties. Weights {@code integers} and ties {@code first-seen} are the paper's.
 *
 * <p>{@code chanceAccuracy} is that of the rule of a model that sees the last segment alone: of the symbols not yet named
 * take the one most frequent there. Where that segment holds the answer alone this is (1 + 1/2 + .. + 1/V) / V, exactly
 * (for ties {@code redraw}; for others up to the slight preference for small indices). Otherwise it is an estimate, the
 * rule's mean over the first 1,024 sequences of the test part, symbols that tie counted by their expectation; what little
 * can be guessed from the drift inside the segment it leaves out. NaN where everything is in one segment.
 */
public final class SortDriftProvider implements TaskProvider<SortDriftConfig> {
    private static final int ESTIMATED_OVER = 1024;

    @Override
    public String name() {
        return "sort-drift";
    }

    @Override
    public String summary() {
        return "sort symbols by their frequency in a long drifting sequence; a memory has to keep counts of all segments";
    }

    @Override
    public Class<SortDriftConfig> configType() {
        return SortDriftConfig.class;
    }

    @Override
    public Task create(SortDriftConfig config, TaskContext context) {
        Symbols names = Symbols.withControl().and("s", config.symbols());
        boolean paired = config.form().isPaired();
        int segmentLength = context.segmentLength();
        int total = config.length() + (paired ? 0 : config.symbols());
        if (!paired) {
            requireAnswerInOneSegment(config, segmentLength);
        }
        TaskInfo info = new TaskInfo(
                config.form().form(),
                names.size(),
                names.size(),
                Math.min(total, segmentLength),
                paired ? config.symbols() : 0,
                paired ? Symbols.BOS : -1,
                -1,
                total <= segmentLength ? Double.NaN : lastSegmentRule(config, segmentLength),
                Double.NaN);
        return new GeneratedTask(
                info,
                names,
                (split, random) -> example(DriftingSequence.draw(config, random), paired),
                config.evaluationSequences());
    }

    private static void requireAnswerInOneSegment(SortDriftConfig config, int segmentLength) {
        int before = config.length() % segmentLength;
        if (before + config.symbols() > segmentLength) {
            throw Settings.invalid(List.of("task.length: after " + config.length() + " tokens the answer of "
                    + config.symbols() + " would cross a border, model.segment is " + segmentLength
                    + (config.symbols() > segmentLength
                            ? "; raise model.segment or lower task.symbols"
                            : "; take a multiple of model.segment, such as "
                                    + (config.length() - before + segmentLength) + ", or at most "
                                    + (segmentLength - config.symbols()) + " more than one")));
        }
    }

    private static double lastSegmentRule(SortDriftConfig config, int segmentLength) {
        int symbols = config.symbols();
        int lastToken = config.length() - (config.form().isPaired() ? 1 : 0);
        int visibleFrom = lastToken / segmentLength * segmentLength;
        if (visibleFrom == config.length()) {
            return IntStream.rangeClosed(1, symbols).mapToDouble(i -> 1.0 / i).sum() / symbols;
        }
        return IntStream.range(0, Math.min(ESTIMATED_OVER, config.evaluationSequences()))
                .mapToObj(i -> DriftingSequence.draw(config, Seeds.random(Split.TEST, 0, i)))
                .mapToDouble(sequence -> sequence.countedFrom(visibleFrom))
                .average()
                .orElseThrow();
    }

    private static Example example(DriftingSequence sequence, boolean paired) {
        int length = sequence.symbols().length;
        long[] source = ids(sequence.symbols());
        long[] answer = ids(sequence.order());
        if (paired) {
            long[] decoderTokens = new long[answer.length];
            decoderTokens[0] = Symbols.BOS;
            System.arraycopy(answer, 0, decoderTokens, 1, answer.length - 1);
            return new Example(source, decoderTokens, answer);
        }
        long[] tokens = Arrays.copyOf(source, length + answer.length);
        tokens[length] = Symbols.SEP;
        System.arraycopy(answer, 0, tokens, length + 1, answer.length - 1);
        long[] labels = new long[tokens.length];
        Arrays.fill(labels, 0, length, SegmentBatch.IGNORED);
        System.arraycopy(answer, 0, labels, length, answer.length);
        return new Example(tokens, null, labels);
    }

    private static long[] ids(int[] symbols) {
        return Arrays.stream(symbols)
                .mapToLong(symbol -> Symbols.FIRST_DATA + (long) symbol)
                .toArray();
    }
}
