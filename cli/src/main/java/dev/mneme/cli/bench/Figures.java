package dev.mneme.cli.bench;

import dev.mneme.cli.console.Quantity;
import java.util.Locale;

/** Measurements as table cells. */
final class Figures {
    private static final double MEBI = 1 << 20;

    private Figures() {}

    static double mebibytes(double bytes) {
        return bytes / MEBI;
    }

    /** Such as {@code 1126}; {@code -} if not a number. */
    static String mib(double bytes) {
        return Double.isNaN(bytes) ? "-" : String.format(Locale.ROOT, "%.0f", bytes / MEBI);
    }

    /** Peak memory, or why there is none. */
    static String peak(CellResult result) {
        return result instanceof CellResult.Measured measured
                ? mib(measured.peakBytes())
                : ((CellResult.Failed) result).reason();
    }

    static String seconds(CellResult result) {
        return Quantity.number(result.stepSeconds());
    }

    /** Tokens per second. */
    static String speed(CellResult result) {
        return Double.isNaN(result.tokensPerSecond()) ? "-" : Quantity.count(result.tokensPerSecond());
    }

    /** Such as {@code 8.13x}; {@code -} unless both are numbers and the second is positive. */
    static String ratio(double numerator, double denominator) {
        double ratio = denominator > 0 ? numerator / denominator : Double.NaN;
        return Double.isNaN(ratio) ? "-" : String.format(Locale.ROOT, "%.2fx", ratio);
    }
}
