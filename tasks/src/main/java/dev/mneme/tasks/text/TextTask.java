package dev.mneme.tasks.text;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Split;
import dev.mneme.task.Task;
import dev.mneme.task.TaskInfo;
import dev.mneme.task.WindowSource;
import java.util.Arrays;
import java.util.Map;

/** Streams of text, see {@link TextProvider}. */
final class TextTask implements Task {
    private final TextTokenizer tokenizer;
    private final Map<Split, TextStreams> streams;
    private final TaskInfo info;

    TextTask(TextTokenizer tokenizer, Map<Split, TextStreams> streams, int segmentLength, double bytesPerToken) {
        this.tokenizer = tokenizer;
        this.streams = Map.copyOf(streams);
        this.info = new TaskInfo(
                Form.DECODER, tokenizer.size(), tokenizer.size(), segmentLength, 0, -1, -1, Double.NaN, bytesPerToken);
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
        TextStreams part = streams.get(split);
        long needed = split == Split.TRAIN ? rows : 1;
        if (part.tokenCount() < needed) {
            throw new MnemeException(
                    ErrorCode.DATA_UNREADABLE,
                    "cutting the " + split + " part of the text into " + needed + " streams: it has only "
                            + part.tokenCount() + " tokens; give a longer text or a smaller batch");
        }
        return split == Split.TRAIN ? part.endless(rows, seed) : part.once(rows);
    }

    @Override
    public String renderInput(long[] ids) {
        return tokenizer.decode(Arrays.stream(ids).mapToInt(Math::toIntExact).toArray());
    }

    @Override
    public String renderTarget(long[] ids) {
        return tokenizer.decode(Arrays.stream(ids)
                .filter(id -> id != SegmentBatch.IGNORED)
                .mapToInt(Math::toIntExact)
                .toArray());
    }

    /** An empty prompt is the beginning of a document. */
    @Override
    public long[] parseInput(String text) {
        int[] ids = text.isEmpty() ? new int[] {tokenizer.beginToken()} : tokenizer.encode(text);
        return Arrays.stream(ids).asLongStream().toArray();
    }
}
