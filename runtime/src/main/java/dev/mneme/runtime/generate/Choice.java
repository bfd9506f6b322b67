package dev.mneme.runtime.generate;

import dev.mneme.task.TaskInfo;
import java.util.ArrayList;
import java.util.List;

/** What has been chosen for every row of a batch so far. */
final class Choice {
    private final List<Sampler> samplers = new ArrayList<>();
    private final List<List<Long>> chosen = new ArrayList<>();
    private final boolean[] ended;
    private final int endToken;

    /** Rows keep their number in the whole request, so that the draws do not depend on how it was batched. */
    Choice(Decoding decoding, List<Integer> rows, TaskInfo task) {
        rows.forEach(row -> {
            samplers.add(new Sampler(decoding, row));
            chosen.add(new ArrayList<>());
        });
        ended = new boolean[rows.size()];
        endToken = task.endToken();
    }

    /**
     * Chooses the next token of every row that has not ended.
     *
     * @return [rows][1] to feed next; ended rows repeat the end symbol
     */
    long[][] next(double[][] logits) {
        long[][] next = new long[ended.length][1];
        for (int row = 0; row < ended.length; row++) {
            next[row][0] = ended[row] ? endToken : samplers.get(row).next(logits[row]);
            if (!ended[row] && next[row][0] == endToken) {
                ended[row] = true;
            } else if (!ended[row]) {
                chosen.get(row).add(next[row][0]);
            }
        }
        return next;
    }

    boolean allEnded() {
        for (boolean each : ended) {
            if (!each) {
                return false;
            }
        }
        return true;
    }

    /** Chosen tokens of each row, without end symbol. */
    List<long[]> tokens() {
        return chosen.stream()
                .map(row -> row.stream().mapToLong(Long::longValue).toArray())
                .toList();
    }

    /** Whether the row has ended. */
    boolean hasEnded(int row) {
        return ended[row];
    }
}
