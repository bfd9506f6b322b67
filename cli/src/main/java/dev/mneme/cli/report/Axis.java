package dev.mneme.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear axis with round ticks.
 *
 * @param low first tick, at or below the smallest value
 * @param high last tick, at or above the largest value
 * @param step between ticks, 1, 2 or 5 times a power of ten
 */
record Axis(double low, double high, double step) implements Scale {
    /** An axis that holds both values, with about this many intervals. */
    static Axis over(double smallest, double largest, int intervals) {
        double span = largest - smallest;
        if (!(span > 0)) {
            span = Math.max(1e-6, Math.abs(largest) * 0.1);
        }
        double raw = span / intervals;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double multiple = raw / power;
        double step = power * (multiple <= 1 ? 1 : multiple <= 2 ? 2 : multiple <= 5 ? 5 : 10);
        double low = Math.floor(smallest / step + 1e-9) * step;
        double high = Math.ceil(largest / step - 1e-9) * step;
        return new Axis(low, high > low ? high : low + step, step);
    }

    @Override
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        int count = (int) Math.round((high - low) / step);
        for (int i = 0; i <= count; i++) {
            ticks.add(low + i * step);
        }
        return ticks;
    }

    @Override
    public double fraction(double value) {
        return (value - low) / (high - low);
    }

    @Override
    public String label(double tick) {
        if (Math.abs(tick) < step * 1e-6) {
            return "0";
        }
        double magnitude = Math.max(Math.abs(low), Math.abs(high));
        if (step >= 1) {
            if (magnitude >= 1e6) {
                return trim(tick, 1e6) + "M";
            }
            return magnitude >= 1e4 ? trim(tick, 1e3) + "k" : Long.toString(Math.round(tick));
        }
        int decimals = decimals(1);
        if (decimals <= 4 || magnitude >= 0.01) {
            return String.format(Locale.ROOT, "%." + decimals + "f", tick);
        }
        // As many digits as tell ticks apart.
        int digits = (int) Math.floor(Math.log10(magnitude)) + decimals;
        return String.format(Locale.ROOT, "%." + Math.max(1, digits) + "e", tick);
    }

    /** Decimals that a tick needs, counted in this unit. */
    private int decimals(double unit) {
        return Math.max(0, (int) Math.ceil(-Math.log10(step / unit) - 1e-9));
    }

    private String trim(double tick, double unit) {
        double value = tick / unit;
        return value == Math.rint(value)
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%." + Math.max(1, decimals(unit)) + "f", value);
    }
}
