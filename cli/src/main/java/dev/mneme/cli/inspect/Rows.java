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
