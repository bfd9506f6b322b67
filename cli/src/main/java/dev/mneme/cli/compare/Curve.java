package dev.mneme.cli.compare;

import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.run.RunRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A metric of the validation split in the course of training.
 *
 * @param steps rising
 * @param seconds of training up to each
 * @param values of the metric
 */
record Curve(double[] steps, double[] seconds, double[] values) {
    static Curve of(RunRecord record, String metric) {
        LineChart.Series overSteps = record.evaluation("", metric, "validation");
        LineChart.Series overTime = record.evaluationOverTime("", metric, "validation");
        return new Curve(overSteps.x(), overTime.x(), overSteps.y());
    }

    /** Mean at the steps that all have; runs that stopped early shorten it. */
    static Curve mean(List<Curve> curves) {
        Map<Double, List<double[]>> byStep = new TreeMap<>();
        for (Curve curve : curves) {
            for (int i = 0; i < curve.steps.length; i++) {
                byStep.computeIfAbsent(curve.steps[i], any -> new ArrayList<>())
                        .add(new double[] {curve.seconds[i], curve.values[i]});
            }
        }
        byStep.values().removeIf(points -> points.size() < curves.size());
        return new Curve(
                byStep.keySet().stream().mapToDouble(Double::doubleValue).toArray(),
                byStep.values().stream().mapToDouble(points -> mean(points, 0)).toArray(),
                byStep.values().stream().mapToDouble(points -> mean(points, 1)).toArray());
    }

    private static double mean(List<double[]> points, int index) {
        return points.stream().mapToDouble(point -> point[index]).average().orElse(Double.NaN);
    }
}
