package dev.mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.error.MnemeException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "cells are shell scripts here")
final class CellProcessesTest {
    private static final String RESULT =
            "{\"tokens_per_second\":10,\"step_seconds\":2,\"peak_rss_bytes\":5,\"model_rss_bytes\":3,\"parameters\":1}";

    private final StringWriter err = new StringWriter();

    @Test
    void cellsThatFailDoNotKeepTheOthersFromRunning() {
        List<Integer> seen = new ArrayList<>();

        Map<String, CellResult> results = run(
                List.of(
                        new Cell("killed", List.of("kill -9 $$"), 1),
                        new Cell("refused", List.of("echo 'mneme: no' >&2; exit 2"), 1),
                        new Cell("good", List.of("echo '" + RESULT + "'"), 2)),
                seen);

        assertThat(results.keySet()).containsExactly("killed", "refused", "good");
        assertThat(results.get("killed")).isEqualTo(new CellResult.Failed("out of memory"));
        assertThat(results.get("refused")).isEqualTo(new CellResult.Failed("mneme: no"));
        assertThat(results.get("good")).isEqualTo(new CellResult.Measured(10, 2, 5, 3, 1));
        assertThat(seen).containsExactly(1, 2, 3);
        assertThat(err.toString())
                .contains("killed: out of memory", "good: 2 s a step, at most 5 B, 2 B above the model's own");
    }

    @Test
    void programThatDoesNotExistIsAnError() {
        CellProcesses processes = new CellProcesses(words -> new ProcessBuilder("/no/such/program"), line());

        assertThatThrownBy(() -> processes.run(List.of(new Cell("c", List.of(), 1)), results -> {}))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("FILE_FAILED")
                .hasMessageContaining("/no/such/program");
    }

    @Test
    void progressEstimatesTheRestFromTheWorkDone() {
        long second = 1_000_000_000L;

        assertThat(new CellProcesses.Progress("b", 1, 4, 0.25, 0, 30 * second).text(40 * second))
                .isEqualTo("[#####...............] 1/4  b  40s  ETA 1m20s");
        assertThat(new CellProcesses.Progress("a", 0, 4, 0, 0, 0).text(2 * second))
                .isEqualTo("[....................] 0/4  a  2s");
        assertThat(new CellProcesses.Progress("d", 3, 4, 0.9, 0, 9 * second).text(60 * second))
                .endsWith("ETA 0s");
    }

    @Test
    void childIsThisProgramAgain() {
        ProcessBuilder builder = ChildJvm.builder("a.Main", List.of("bench", "--json"));

        assertThat(builder.command().get(0)).startsWith(System.getProperty("java.home"));
        assertThat(builder.command())
                .endsWith("-cp", System.getProperty("java.class.path"), "a.Main", "bench", "--json");
        assertThat(builder.environment()).isEqualTo(System.getenv());
    }

    private Map<String, CellResult> run(List<Cell> cells, List<Integer> seen) {
        return new CellProcesses(words -> new ProcessBuilder("sh", "-c", words.get(0)), line())
                .run(cells, results -> seen.add(results.size()));
    }

    private LiveLine line() {
        return new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), false).progress();
    }
}
