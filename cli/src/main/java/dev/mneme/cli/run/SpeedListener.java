package dev.mneme.cli.run;

import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import java.util.ArrayList;
import java.util.List;

/** Notes the speed of every step. */
public final class SpeedListener implements TrainListener {
    private final List<Double> speeds = new ArrayList<>();

    @Override
    public void stepped(StepReport report) {
        speeds.add(report.tokensPerSecond());
    }

    /** Median tokens per second; NaN before the first step. */
    public double median() {
        return medianAfter(0);
    }

    /** As {@link #median}, without the first steps. */
    public double medianAfter(int warmUp) {
        double[] counted = speeds.stream()
                .skip(warmUp)
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (counted.length == 0) {
            return Double.NaN;
        }
        int middle = counted.length / 2;
        return counted.length % 2 == 1 ? counted[middle] : (counted[middle - 1] + counted[middle]) / 2;
    }
}
