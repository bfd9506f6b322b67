package dev.mneme.cli.demo;

/** Two threads that take turns, the first one first. Whoever is done leaves the turns to the other. */
final class Alternation {
    private final boolean[] done = new boolean[2];
    private int turn;

    /** Waits for the first turn of a side, 0 or 1. */
    synchronized void begin(int side) throws InterruptedException {
        awaitTurn(side);
    }

    /** Hands the turn over and waits for it to come back. */
    synchronized void next(int side) throws InterruptedException {
        turn = 1 - side;
        notifyAll();
        awaitTurn(side);
    }

    /** Takes no more turns. */
    synchronized void finish(int side) {
        done[side] = true;
        turn = 1 - side;
        notifyAll();
    }

    private void awaitTurn(int side) throws InterruptedException {
        while (turn != side && !done[1 - side]) {
            wait();
        }
    }
}
