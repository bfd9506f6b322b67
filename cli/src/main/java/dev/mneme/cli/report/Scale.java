package dev.mneme.cli.report;

import java.util.List;

/** Maps values to places along an axis. */
interface Scale {
    /** Values that get a line and a label, from low to high. */
    List<Double> ticks();

    /** Where a value lies, 0 at the low end, 1 at the high end. */
    double fraction(double value);

    /** The tick as short as it is exact. */
    String label(double tick);
}
