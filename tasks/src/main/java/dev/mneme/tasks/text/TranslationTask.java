package dev.mneme.tasks.text;

import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.Window;
import dev.mneme.task.WindowSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Sentence pairs in padded batches, see {@link TranslationProvider}. */
final class TranslationTask implements Task {
    private final TranslationCodec codec;
    private final Map<Split, List<EncodedPair>> parts;
    private final TaskInfo info;
    private final int skipped;

    TranslationTask(
            TranslationCodec codec,
            Map<Split, List<EncodedPair>> parts,
            int maxSource,
            int maxTarget,
            double bytesPerLabel,
            int skipped) {
        this.codec = codec;
        this.parts = Map.copyOf(parts);
        this.skipped = skipped;
        this.info = new TaskInfo(
                Form.ENCODER_DECODER,
                codec.size(),
                codec.size(),
                maxSource,
                maxTarget + 1,
                TranslationCodec.BOS,
                TranslationCodec.EOS,
                Double.NaN,
                bytesPerLabel);
    }

    /** Pairs left out because they were empty or too long. */
    int skipped() {
        return skipped;
    }

    @Override
    public TaskInfo info() {
        return info;
    }

    @Override
    public WindowSource windows(Split split, int rows, long seed) {
        if (rows < 1) {
            throw new IllegalArgumentException("rows must be at least 1, got " + rows);
        }
        List<EncodedPair> pairs = parts.get(split);
        if (split == Split.TRAIN) {
            int perEpoch = Math.max(1, pairs.size() / rows);
            EpochCache<int[]> orders = new EpochCache<>(
                    epoch -> TranslationOrder.of(pairs, rows, perEpoch, EpochCache.random(seed, epoch)));
            return source(Long.MAX_VALUE, position -> {
                int[] order = orders.get(position / perEpoch);
                int first = (int) (position % perEpoch) * rows;
                return Arrays.stream(order, first, first + rows)
                        .mapToObj(pairs::get)
                        .toList();
            });
        }
        return source((pairs.size() + rows - 1L) / rows, position -> {
            int first = (int) position * rows;
            return pairs.subList(first, Math.min(pairs.size(), first + rows));
        });
    }

    private interface Batches {
        List<EncodedPair> at(long position);
    }

    private static WindowSource source(long size, Batches batches) {
        return new WindowSource() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public Window window(long position) {
                return new Window(List.of(batch(batches.at(Objects.checkIndex(position, size)))), false);
            }
        };
    }

    private static SegmentBatch batch(List<EncodedPair> pairs) {
        int rows = pairs.size();
        int length = pairs.stream().mapToInt(pair -> pair.source().length).max().orElseThrow();
        int decoderLength =
                1 + pairs.stream().mapToInt(pair -> pair.target().length).max().orElseThrow();
        long[] tokens = new long[rows * length];
        boolean[] valid = new boolean[rows * length];
        long[] decoderTokens = new long[rows * decoderLength];
        long[] labels = new long[rows * decoderLength];
        Arrays.fill(tokens, TranslationCodec.PAD);
        Arrays.fill(decoderTokens, TranslationCodec.PAD);
        Arrays.fill(labels, SegmentBatch.IGNORED);
        boolean padded = false;
        for (int row = 0; row < rows; row++) {
            int[] source = pairs.get(row).source();
            int[] target = pairs.get(row).target();
            for (int i = 0; i < source.length; i++) {
                tokens[row * length + i] = source[i];
                valid[row * length + i] = true;
            }
            padded |= source.length < length;
            int start = row * decoderLength;
            decoderTokens[start] = TranslationCodec.BOS;
            for (int i = 0; i < target.length; i++) {
                decoderTokens[start + 1 + i] = target[i];
                labels[start + i] = target[i];
            }
            labels[start + target.length] = TranslationCodec.EOS;
        }
        return new SegmentBatch(
                rows, length, tokens, padded ? valid : null, decoderLength, decoderTokens, labels, null);
    }

    @Override
    public String renderInput(long[] ids) {
        return codec.decode(ids);
    }

    @Override
    public String renderTarget(long[] ids) {
        return codec.decode(ids);
    }

    @Override
    public long[] parseInput(String text) {
        return Arrays.stream(codec.encode(text)).asLongStream().toArray();
    }

    @Override
    public boolean scoresGenerated() {
        return true;
    }

    /** {@code bleu}: corpus BLEU of the decoded texts, 0 .. 100. */
    @Override
    public Map<String, Double> scoreGenerated(List<long[]> hypotheses, List<long[]> references) {
        return Map.of(
                "bleu",
                Bleu.corpus(
                        hypotheses.stream().map(codec::decode).toList(),
                        references.stream().map(this::decodeReference).toList()));
    }

    /** With another sign for what is unknown, so that an unknown word never counts as translated rightly. */
    private String decodeReference(long[] ids) {
        return codec.decode(ids).replace(TextTokenizer.UNKNOWN_SIGN, "\u25A1");
    }
}
