package dev.mneme.cli.inspect;

import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Single rows of batches, as a person reads them. */
final class Rows {
    private Rows() {}

    /** One row as a batch of its own. */
    static SegmentBatch row(SegmentBatch batch, int row) {
        int length = batch.length();
        int targets = batch.labels().length / batch.rows();
        return new SegmentBatch(
                1,
                length,
                part(batch.tokens(), row, length),
                batch.valid() == null ? null : Arrays.copyOfRange(batch.valid(), row * length, (row + 1) * length),
                batch.decoderLength(),
                batch.decoderTokens() == null ? null : part(batch.decoderTokens(), row, batch.decoderLength()),
                part(batch.labels(), row, targets),
                batch.reset() == null ? null : new boolean[] {batch.reset()[row]});
    }

    private static long[] part(long[] values, int row, int length) {
        return Arrays.copyOfRange(values, row * length, (row + 1) * length);
    }

    /** Input ids of a batch of one row that are real tokens. */
    static long[] validTokens(SegmentBatch row) {
        boolean @Nullable [] valid = row.valid();
        if (valid == null) {
            return row.tokens();
        }
        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < valid.length; i++) {
            if (valid[i]) {
                kept.add(row.tokens()[i]);
            }
        }
        return kept.stream().mapToLong(Long::longValue).toArray();
    }

    /** Every input id on its own. */
    static List<String> inputs(Task task, long[] ids) {
        return each(ids, task::renderInput);
    }

    /** Every label id on its own. */
    static List<String> targets(Task task, long[] ids) {
        return each(ids, task::renderTarget);
    }

    private static List<String> each(long[] ids, Function<long[], String> render) {
        return Arrays.stream(ids)
                .mapToObj(id -> render.apply(new long[] {id}))
                .map(text -> text.isEmpty() ? "\u00b7" : text)
                .toList();
    }
}
