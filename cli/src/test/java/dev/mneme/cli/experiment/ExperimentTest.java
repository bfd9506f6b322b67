package dev.mneme.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.evaluate.Metrics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class ExperimentTest {
    private static final String SMALL = """
            title: t
            question: q
            why: w
            task: broadcast
            runs:
              - {name: one, memory: none}
            """;

    static List<String> names() {
        return Experiment.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void experimentsThatComeWithTheCommandAreValid(String name) {
        Experiment experiment = Experiment.named(name);

        assertThat(experiment.runs()).isNotEmpty();
        assertThat(experiment.settings()).containsKey("train.steps");
    }

    @Test
    void unknownNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> Experiment.named("memory-lesion"))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN))
                .hasMessageContaining("did you mean 'memory-lesions'?");
    }

    @Test
    void expectationOfANameThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> read(SMALL + "expectations:\n  - {of: two, metric: accuracy, min: 0.9}\n"))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("experiment test")
                .hasMessageContaining("nothing is named 'two'");
    }

    @Test
    void expectationNeedsExactlyOneBound() {
        assertThatThrownBy(() -> read(SMALL + "expectations:\n  - {of: one, metric: accuracy, min: 0.9, max: 1}\n"))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("exactly one of min, max");
    }

    @Test
    void unknownKeysAreRefused() {
        assertThatThrownBy(
                        () -> read(SMALL + "expectatoins: []\nexpectations: [{of: one, metric: accuracy, min: 0}]\n"))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("expectatoins");
    }

    @Test
    void expectationsAreJudgedByTheirBound() throws IOException {
        Experiment experiment = read("""
                title: t
                question: q
                why: w
                task: broadcast
                runs:
                  - {name: high, memory: none}
                  - {name: low, memory: none}
                expectations:
                  - {of: high, metric: accuracy, min: 0.9}
                  - {of: high, metric: accuracy, max: 0.9}
                  - {of: low, metric: accuracy, max_above_bound: 0.05}
                  - {of: low, metric: accuracy, max_above_bound: 0.01}
                  - {of: high, metric: accuracy, at_least: low}
                  - {of: low, metric: accuracy, at_least: high}
                  - {of: low, metric: accuracy, at_least: high, tolerance: 0.9}
                  - {of: low, metric: missing, min: 0}
                """);
        Expectation.Values values = new Expectation.Values() {
            @Override
            public double of(String name, String metric) {
                return metric.equals("accuracy")
                        ? Map.of("high", 0.95, "low", 0.2).get(name)
                        : Double.NaN;
            }

            @Override
            public double bound() {
                return 0.18;
            }
        };

        assertThat(experiment.expectations().stream().map(expectation -> expectation.holds(values)))
                .containsExactly(true, false, true, false, true, false, true, false);
        assertThat(experiment.expectations().get(2).describe(0.18))
                .isEqualTo("accuracy at most 23.0 % (bound + 5.0 %)");
    }

    @Test
    void aSweepIsAnEvaluationOfEveryRunAtEveryValue() throws IOException {
        Experiment experiment = read("""
                title: t
                question: q
                why: w
                task: segment-copy
                runs:
                  - {name: rmt, memory: none, settings: {curriculum: [{steps: 5, task: {segments: 2}}]}}
                  - {name: none, memory: none}
                evaluations:
                  - {name: other, of: rmt, settings: {task.length: 2}}
                sweeps:
                  - {setting: task.segments, values: [2, 8], settings: {task.length: 3}}
                  - {of: [rmt], setting: task.length, values: [1]}
                expectations:
                  - {of: rmt at segments=8, metric: accuracy, min: 0.9}
                """);

        assertThat(experiment.allEvaluations())
                .containsExactly(
                        new Experiment.Evaluation("other", "rmt", Map.of("task.length", 2)),
                        new Experiment.Evaluation(
                                "rmt at segments=2", "rmt", Map.of("task.length", 3, "task.segments", 2)),
                        new Experiment.Evaluation(
                                "rmt at segments=8", "rmt", Map.of("task.length", 3, "task.segments", 8)),
                        new Experiment.Evaluation(
                                "none at segments=2", "none", Map.of("task.length", 3, "task.segments", 2)),
                        new Experiment.Evaluation(
                                "none at segments=8", "none", Map.of("task.length", 3, "task.segments", 8)),
                        new Experiment.Evaluation("rmt at length=1", "rmt", Map.of("task.length", 1)));
    }

    @Test
    void aSweepOfARunThatDoesNotExistOrWithoutValuesIsRefused() {
        assertThatThrownBy(() -> read(SMALL + "sweeps: [{of: [two], setting: task.length, values: [1]}]\n"))
                .hasMessageContaining("nothing is named 'two'");
        assertThatThrownBy(() -> read(SMALL + "sweeps: [{setting: task.length}]\n"))
                .hasMessageContaining("a sweep needs a setting and its values");
    }

    @Test
    void aSweepIsDrawnAsOneCurveARunWithTheBound() throws IOException {
        Experiment experiment = read("""
                title: t
                question: q
                why: w
                task: segment-copy
                runs:
                  - {name: rmt, memory: none}
                  - {name: none, memory: none}
                sweeps:
                  - {setting: task.segments, values: [2, 4]}
                """);
        ExperimentResult result = new ExperimentResult(
                experiment,
                List.of(
                        outcome("rmt at segments=2", 0, 0.9),
                        outcome("rmt at segments=2", 1, 1.0),
                        outcome("rmt at segments=4", 0, 0.8),
                        outcome("none at segments=2", 0, 0.13),
                        outcome("none at segments=4", 0, 0.12)));

        assertThat(ExperimentReport.chart(result, experiment.sweeps().get(0)).html())
                .contains("Test accuracy against task.segments")
                .contains("rmt from 0.9500 to 0.8000")
                .contains("none from 0.1300 to 0.1200")
                .contains("best possible without memory from 0.1250 to 0.1250");
    }

    private static ExperimentRunner.Outcome outcome(String name, long seed, double accuracy) {
        Metrics metrics = new Metrics(Map.of("accuracy", accuracy, "chance", 0.125));
        return new ExperimentRunner.Outcome(name, "any", seed, metrics, 1, 0, null);
    }

    private static Experiment read(String yaml) throws IOException {
        return Experiment.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), "test");
    }
}
