package dev.mneme.cli.compare;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds the value of a whole-numbered setting at which a model comes nearest to an amount. The amount must not fall when
 * the value rises; values that do not go with the other settings are stepped over.
 */
final class BudgetSearch {
    static final int LARGEST = 1 << 20;
    /** Values that are tried in search of one that goes with the other settings. */
    private static final int REACH = 1024;
    /** So many doublings without a change mean that the setting changes nothing. */
    private static final int FLAT = 3;

    private final Amounts amounts;
    private final long target;

    /** What a model comes to. */
    @FunctionalInterface
    interface Amounts {
        /** Empty if the value does not go with the other settings. */
        OptionalLong at(int value);
    }

    /** A value and what the model comes to with it. */
    record Probe(int value, long amount) {}

    /**
     * Neighbouring values around the amount.
     *
     * @param below largest value that stays below; null if there is none
     * @param above smallest value that reaches it; null if there is none
     */
    record Bracket(@Nullable Probe below, @Nullable Probe above) {
        /** The nearer one, null if there is neither; of two the one below. */
        @Nullable Probe nearest(long target) {
            if (below == null || above == null) {
                return below == null ? above : below;
            }
            return target - below.amount() <= above.amount() - target ? below : above;
        }
    }

    BudgetSearch(Amounts amounts, long target) {
        this.amounts = amounts;
        this.target = target;
    }

    Bracket run() {
        Probe low = firstFrom(1, REACH + 1);
        if (low == null || low.amount() >= target) {
            return new Bracket(null, low);
        }
        Probe high = null;
        int flat = 0;
        while (high == null && flat < FLAT && low.value() <= LARGEST / 2) {
            int from = 2 * low.value();
            Probe next = firstFrom(from, from + REACH);
            if (next == null) {
                break;
            }
            if (next.amount() >= target) {
                high = next;
            } else {
                flat = next.amount() == low.amount() ? flat + 1 : 0;
                low = next;
            }
        }
        return high == null ? new Bracket(low, null) : narrow(low, high);
    }

    private Bracket narrow(Probe low, Probe high) {
        Probe below = low;
        Probe above = high;
        int end = high.value();
        while (end - below.value() > 1) {
            int middle = below.value() + (end - below.value()) / 2;
            Probe probe = firstFrom(middle, end);
            if (probe == null) {
                end = middle;
            } else if (probe.amount() >= target) {
                above = probe;
                end = middle;
            } else {
                below = probe;
            }
        }
        return new Bracket(below, above);
    }

    /** At the first value that goes with the other settings, from {@code from} up to {@code end}, exclusive. */
    private @Nullable Probe firstFrom(int from, int end) {
        for (int value = from; value < end; value++) {
            OptionalLong amount = amounts.at(value);
            if (amount.isPresent()) {
                return new Probe(value, amount.getAsLong());
            }
        }
        return null;
    }
}
