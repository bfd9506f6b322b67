package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs that embed Mneme, built by their own POMs against the artifacts of this build, and run. */
final class ExamplesTest {
    @TempDir
    static Path folder;

    private static BuiltArtifacts artifacts;

    @BeforeAll
    static void copyArtifacts() throws IOException {
        artifacts = BuiltArtifacts.copiedTo(folder.resolve("repository"));
    }

    @Test
    void aServiceScoresEventsAndGoesOnAfterARestart() throws Exception {
        String output = run("event-service");

        MatchResult answered = find(output, "answered: (\\d+) events of (\\d+) customers, ([\\d.]+) sessions a batch");
        assertThat(number(answered, 1)).isGreaterThan(1000);
        assertThat(number(answered, 2)).isEqualTo(64);
        assertThat(number(answered, 3))
                .as("sessions that ask together run together")
                .isGreaterThan(1.5);
        MatchResult usual = find(output, "usual: (\\d+) of (\\d+) marked");
        assertThat(number(usual, 1)).as(output).isLessThan(0.01 * number(usual, 2));
        MatchResult takeovers = find(output, "takeovers: (\\d+) of (\\d+) marked");
        assertThat(number(takeovers, 2)).isEqualTo(32);
        assertThat(number(takeovers, 1)).as(output).isGreaterThanOrEqualTo(26);
        MatchResult asked = find(output, "what if: customer-1 from (\\w+) logs in, in bits: (.*)");
        List<MatchResult> countries = Pattern.compile("(\\w+) ([\\d.]+)")
                .matcher(asked.group(2))
                .results()
                .toList();
        assertThat(countries).hasSize(8);
        for (MatchResult country : countries) {
            if (country.group(1).equals(asked.group(1))) {
                assertThat(number(country, 2)).as(output).isLessThan(3);
            } else {
                assertThat(number(country, 2)).as(output).isGreaterThan(4);
            }
        }
        MatchResult restarted = find(output, "restarted: (\\d+) sessions go on, largest difference ([\\d.]+) bits");
        assertThat(number(restarted, 1)).isEqualTo(64);
        assertThat(number(restarted, 2)).isLessThan(1e-3);
    }

    @Test
    void aDeeplearning4jProgramHasAModelBetweenItsIteratorAndItsEvaluation() throws Exception {
        String output = run("deeplearning4j");

        assertThat(output).contains("engine: nd4j", "# of classes:    6");
        MatchResult evaluated = find(output, "evaluated: (\\d+) charts, accuracy ([\\d.]+)");
        assertThat(number(evaluated, 1)).isEqualTo(300);
        assertThat(number(evaluated, 2)).as(output).isGreaterThan(0.9);
        MatchResult first = find(output, "first chart: (.*) with probability ([\\d.]+), it is (.*)");
        assertThat(number(first, 2)).isBetween(1.0 / 6, 1.0);
    }

    private static String run(String name) throws Exception {
        return ExampleProject.copiedTo(folder.resolve(name), name, artifacts).maven("package", "exec:exec");
    }

    private static MatchResult find(String output, String pattern) {
        return Pattern.compile(pattern)
                .matcher(output)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line like '" + pattern + "' in:\n" + output));
    }

    private static double number(MatchResult match, int group) {
        return Double.parseDouble(match.group(group));
    }
}
