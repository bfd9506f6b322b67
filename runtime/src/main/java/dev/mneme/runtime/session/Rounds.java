package dev.mneme.runtime.session;

import dev.mneme.runtime.session.PieceRunner.Piece;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Runs one piece of each of several requests, those of one kind as one batch. Used by one thread. */
final class Rounds {
    private final PieceRunner runner;
    private final Consumer<Job<?>> ending;
    private final LongAdder tokens = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder rows = new LongAdder();

    /**
     * Makes the rounds of a pool.
     *
     * @param ending is told of every request before it is answered
     */
    Rounds(PieceRunner runner, Consumer<Job<?>> ending) {
        this.runner = runner;
        this.ending = ending;
    }

    long tokens() {
        return tokens.sum();
    }

    long batches() {
        return batches.sum();
    }

    long rows() {
        return rows.sum();
    }

    /** Requests of different sessions. */
    void run(List<Turn> turns) {
        Map<List<Object>, List<Next>> groups = new LinkedHashMap<>();
        for (Turn turn : turns) {
            if (turn.job().answer().isDone()) {
                ending.accept(turn.job());
                turn.lane().rollback();
            } else {
                prepare(turn, turns.size() > 1, groups);
            }
        }
        groups.values().forEach(this::runGroup);
    }

    /** A request and the piece it is to read. */
    private record Next(Turn turn, Piece piece) {}

    private void prepare(Turn turn, boolean together, Map<List<Object>, List<Next>> groups) {
        guarded(turn, () -> {
            if (turn.job().isComplete()) {
                answer(turn);
                return;
            }
            int wanted = turn.job().wanted(turn.lane().track.state());
            long[] piece = turn.job().piece(length(turn, wanted, together));
            Next next = new Next(turn, new Piece(turn.lane().track, piece));
            groups.computeIfAbsent(runner.kind(next.piece()), kind -> new ArrayList<>())
                    .add(next);
        });
    }

    /** Powers of two, where others are served as well: pieces of equal length are run as one batch. */
    private int length(Turn turn, int wanted, boolean together) {
        int room = runner.room(turn.lane().track);
        int most = Math.min(wanted, room);
        boolean whole = most == runner.segmentLength();
        return together && !whole ? Integer.highestOneBit(most) : most;
    }

    private void runGroup(List<Next> group) {
        List<double[]> logProbabilities;
        try {
            logProbabilities = runner.run(group.stream().map(Next::piece).toList());
        } catch (RuntimeException e) {
            if (group.size() == 1) {
                fail(group.get(0).turn(), e);
            } else {
                // One of them may be to blame; the others shall not suffer for it.
                group.forEach(next -> runGroup(List.of(next)));
            }
            return;
        }
        batches.increment();
        rows.add(group.size());
        for (int i = 0; i < group.size(); i++) {
            double[] read = logProbabilities.get(i);
            tokens.add(read.length);
            Turn turn = group.get(i).turn();
            guarded(turn, () -> {
                turn.job().read(read);
                if (turn.job().isComplete()) {
                    answer(turn);
                }
            });
        }
    }

    private void answer(Turn turn) {
        ending.accept(turn.job());
        turn.lane().answer(turn.job());
    }

    private void guarded(Turn turn, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            fail(turn, e);
        }
    }

    private void fail(Turn turn, RuntimeException cause) {
        ending.accept(turn.job());
        turn.lane().rollback();
        turn.job().answer().completeExceptionally(cause);
    }
}
