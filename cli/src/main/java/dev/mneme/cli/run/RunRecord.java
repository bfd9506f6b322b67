package dev.mneme.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mneme.cli.report.LineChart;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The lines of a run's {@code metrics.jsonl}. */
public final class RunRecord {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<JsonNode> lines;

    private RunRecord(List<JsonNode> lines) {
        this.lines = lines;
    }

    /**
     * Reads a record.
     *
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be read
     */
    public static RunRecord read(Path file) {
        List<JsonNode> lines = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                lines.add(JSON.readTree(line));
            }
        } catch (IOException e) {
            throw new MnemeException(ErrorCode.FILE_FAILED, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return new RunRecord(lines);
    }

    /** A number of the training steps, such as {@code loss}, over the step. */
    public LineChart.Series training(String name, String key) {
        return series(name, key, "");
    }

    /** A number of the evaluations of a split, over the step. */
    public LineChart.Series evaluation(String name, String key, String split) {
        return series(name, key, split);
    }

    /** As {@link #evaluation}, over the seconds of training up to it. */
    public LineChart.Series evaluationOverTime(String name, String key, String split) {
        LineChart.Series overSteps = evaluation(name, key, split);
        double[] seconds = new double[overSteps.x().length];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = secondsAt(overSteps.x()[i]);
        }
        return new LineChart.Series(name, seconds, overSteps.y());
    }

    /** Of the last logged step up to this one; NaN if there is none. */
    private double secondsAt(double step) {
        return lines.stream()
                .filter(line ->
                        line.path("seconds").isNumber() && line.path("step").asDouble() <= step)
                .mapToDouble(line -> line.path("seconds").asDouble())
                .max()
                .orElse(Double.NaN);
    }

    /** Names of the metrics that a split was evaluated for. */
    public Set<String> metrics(String split) {
        Set<String> names = new LinkedHashSet<>();
        lines.stream()
                .filter(line -> line.path("split").asText("").equals(split))
                .forEach(line -> line.fieldNames().forEachRemaining(names::add));
        names.removeAll(Set.of("step", "split"));
        return names;
    }

    private LineChart.Series series(String name, String key, String split) {
        List<JsonNode> fitting = lines.stream()
                .filter(line -> line.path("split").asText("").equals(split)
                        && line.path(key).isNumber())
                .toList();
        return new LineChart.Series(
                name,
                fitting.stream()
                        .mapToDouble(line -> line.path("step").asDouble())
                        .toArray(),
                fitting.stream().mapToDouble(line -> line.path(key).asDouble()).toArray());
    }
}
