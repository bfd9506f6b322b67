package dev.mneme.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis with ticks at powers of its base.
 *
 * @param base 2 or 10
 * @param low exponent of the first tick
 * @param high exponent of the last tick
 * @param step exponents between ticks
 */
record LogAxis(int base, int low, int high, int step) implements Scale {
    private static final int MOST_TICKS = 8;
    /** Doublings beyond which powers of ten are easier to read. */
    private static final int MOST_DOUBLINGS = 12;

    /** An axis that holds both values, which are positive. */
    static LogAxis over(double smallest, double largest) {
        int base = largest / smallest <= 1 << MOST_DOUBLINGS ? 2 : 10;
        int low = (int) Math.floor(exponent(base, smallest) + 1e-9);
        int high = (int) Math.ceil(exponent(base, largest) - 1e-9);
        if (high == low) {
            high++;
        }
        int step = (high - low + MOST_TICKS - 2) / (MOST_TICKS - 1);
        return new LogAxis(base, low, low + (high - low + step - 1) / step * step, step);
    }

    @Override
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int exponent = low; exponent <= high; exponent += step) {
            ticks.add(Math.pow(base, exponent));
        }
        return ticks;
    }

    @Override
    public double fraction(double value) {
        return (exponent(base, value) - low) / (high - low);
    }

    @Override
    public String label(double tick) {
        if (tick >= 1e6) {
            return String.format(Locale.ROOT, tick % 1e6 == 0 ? "%.0fM" : "%.1fM", tick / 1e6);
        }
        return tick >= 1 ? Long.toString(Math.round(tick)) : String.format(Locale.ROOT, "%.1g", tick);
    }

    private static double exponent(int base, double value) {
        return Math.log(value) / Math.log(base);
    }
}
