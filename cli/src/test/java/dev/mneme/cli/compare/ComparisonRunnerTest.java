package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.cli.bench.CellProcesses;
import dev.mneme.cli.console.Console;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "runs are shell scripts here")
final class ComparisonRunnerTest {
    private static final String RESULT = "{\"steps\":5,\"metrics\":{\"accuracy\":0.5,\"loss\":1},\"seconds\":2,"
            + "\"tokens_per_second\":3,\"peak_rss_bytes\":4,\"parameters\":6,\"reason\":\"REASON\"}";

    private final ComparisonPlan plan = Plans.small(null);
    private final List<List<String>> started = new ArrayList<>();

    @TempDir
    private Path folder;

    private CellStore store;

    @BeforeEach
    void open() {
        store = new CellStore(folder);
    }

    @Test
    void finishedRunsAreNotRunAgain() {
        Map<String, CellOutcome> first = run(any -> false);
        assertThat(started).hasSize(8);
        started.clear();

        Map<String, CellOutcome> second = run(any -> false);

        assertThat(started).isEmpty();
        assertThat(second).isEqualTo(first).hasSize(8);
        assertThat(second.values())
                .allSatisfy(outcome -> assertThat(
                                ((CellOutcome.Finished) outcome).metrics().accuracy())
                        .isEqualTo(0.5));
    }

    @Test
    void aFailureDoesNotKeepTheOthersFromRunningAndIsTriedAgain() {
        PlannedCell bad = plan.places().get(1).cells().get(1);

        Map<String, CellOutcome> first = run(key -> key.equals(bad.key()));

        assertThat(started).hasSize(8);
        assertThat(first.get(bad.key())).isEqualTo(new CellOutcome.Failed("mneme: no"));
        assertThat(first.values().stream().filter(CellOutcome.Finished.class::isInstance))
                .hasSize(7);
        started.clear();

        assertThat(run(any -> false).get(bad.key())).isInstanceOf(CellOutcome.Finished.class);
        assertThat(started).hasSize(1);
    }

    @Test
    void aRunTrainsWithItsConfigurationInItsOwnFolderAndGoesOnWhereItWas() throws IOException {
        PlannedCell cell = plan.places().get(0).cells().get(0);
        Files.createDirectories(store.folder(cell).resolve("checkpoints/step-00000003"));

        Map<String, CellOutcome> outcomes = run(any -> false);

        String own = store.folder(cell).toString();
        assertThat(started.get(0))
                .startsWith("train", "--json", "--no-report", "--resume", "--end-with-parent")
                .containsSequence("--out", own)
                .containsSequence("--config", own + "/cell.json")
                .endsWith("--threads", "1");
        assertThat(Files.readString(store.configuration(cell)))
                .isEqualTo(cell.config().toJson());
        assertThat(((CellOutcome.Finished) outcomes.get(cell.key())).resumed()).isTrue();
        PlannedCell other = plan.places().get(0).cells().get(1);
        assertThat(((CellOutcome.Finished) outcomes.get(other.key())).resumed()).isFalse();
    }

    @Test
    void aRunThatWasStoppedIsNotFinished() {
        Map<String, CellOutcome> outcomes = new ComparisonRunner(plan, store, List.of())
                .run(processes("echo '" + RESULT.replace("REASON", "requested") + "'", any -> false), any -> {});

        assertThat(outcomes.values()).containsOnly(new CellOutcome.Failed("stopped at step 5"));
        assertThat(new ComparisonRunner(plan, store, List.of()).known()).isEmpty();
    }

    @Test
    void aPlaceThatCannotRunIsNotStarted() {
        PlannedPlace first = plan.places().get(0);
        List<PlannedPlace> places = new ArrayList<>(plan.places());
        places.set(0, new PlannedPlace(first.place(), null, null, "decoders only", first.cells()));

        Map<String, CellOutcome> outcomes = new ComparisonRunner(
                        new ComparisonPlan(plan.comparison(), List.of(), places), store, List.of())
                .run(processes("echo '" + RESULT + "'", any -> false), any -> {});

        assertThat(started).hasSize(6);
        assertThat(outcomes.get(first.cells().get(0).key())).isEqualTo(new CellOutcome.Failed("decoders only"));
    }

    @Test
    void aResultThatCannotBeReadIsNamed() throws IOException {
        PlannedCell cell = plan.places().get(0).cells().get(0);
        Files.createDirectories(store.folder(cell));
        Files.writeString(store.folder(cell).resolve("result.json"), "{\"half");

        assertThatThrownBy(() -> run(any -> false))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("result.json")
                .hasMessageContaining("Delete it to run this again");
    }

    private Map<String, CellOutcome> run(Predicate<String> fails) {
        return new ComparisonRunner(plan, store, List.of("--threads", "1"))
                .run(processes("echo '" + RESULT.replace("REASON", "finished") + "'", fails), any -> {});
    }

    private CellProcesses processes(String script, Predicate<String> fails) {
        return new CellProcesses(
                words -> {
                    started.add(words);
                    Path own = Path.of(words.get(words.indexOf("--out") + 1));
                    boolean isBad = fails.test(own.getFileName().toString());
                    return new ProcessBuilder("sh", "-c", isBad ? "echo 'mneme: no' >&2; exit 1" : script);
                },
                new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false)
                        .progress());
    }
}
