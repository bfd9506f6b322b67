package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole command in this process, with the engines and the memory of the test class path. */
final class CommandLineTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "train",
                "eval",
                "generate",
                "stream",
                "inspect",
                "memories",
                "tasks",
                "plugins",
                "doctor",
                "bench",
                "data",
                "experiment",
                "compare",
                "completion"
            })
    void everyCommandExplainsItselfWithExamples(String command) {
        assertThat(mneme(command, "--help")).isZero();

        assertThat(out.toString()).contains("--json", "--verbose", "Example", "mneme " + command);
    }

    @Test
    void withoutACommandUsageIsExplained() {
        assertThat(mneme()).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("COMMAND", "demo", "doctor");
    }

    @Test
    void mistypedCommandIsAnsweredWithTheNearest() {
        assertThat(mneme("trian")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("trian").contains("mneme train");
    }

    @Test
    void unknownNameIsBadUsageWithoutAStackTrace() throws IOException {
        assertThat(mneme("train", "--memory", "memory-transfomer", "--task", "broadcast", "--out", run(), "--json"))
                .isEqualTo(ExitCode.USAGE);

        assertThat(err.toString())
                .startsWith("mneme: NAME_UNKNOWN")
                .contains("did you mean 'memory-transformer'?")
                .doesNotContain("\tat ");
        assertThat(lastJson().path("error").path("code").asText()).isEqualTo("NAME_UNKNOWN");
    }

    @Test
    void everyWrongKeyIsListed() {
        assertThat(mneme(
                        "train",
                        "--task",
                        "broadcast",
                        "--set",
                        "model.dmi=8",
                        "--set",
                        "train.lr=fast",
                        "--out",
                        run()))
                .isEqualTo(ExitCode.USAGE);

        assertThat(err.toString())
                .contains("model.dmi")
                .contains("did you mean 'dim'?")
                .contains("train.lr");
    }

    @Test
    void verboseShowsWhereAnErrorComesFrom() {
        assertThat(mneme("tasks", "nothing-like-it", "--verbose")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("NAME_UNKNOWN").contains("\tat ");
    }

    @Test
    void trainingOnDataThatIsNotThereLeavesNoFolderBehind() {
        assertThat(mneme("train", "--task", "text", "--set", "task.path=" + folder.resolve("nothing"), "--out", run()))
                .isEqualTo(ExitCode.FAILED);

        assertThat(err.toString()).contains("DATA_UNREADABLE").contains("nothing");
        assertThat(Path.of(run())).doesNotExist();
    }

    @Test
    void folderThatIsNoRunFails() throws IOException {
        assertThat(mneme("eval", "--model", folder.toString(), "--json")).isEqualTo(ExitCode.FAILED);

        assertThat(err.toString()).contains("CHECKPOINT_INVALID").contains("config.json");
        assertThat(lastJson().path("error").path("code").asText()).isEqualTo("CHECKPOINT_INVALID");
    }

    @Test
    void wrongOptionsAreJsonToo() throws IOException {
        assertThat(mneme("bench", "--steps", "many", "--json")).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("--steps").contains("mneme bench --help");
        assertThat(lastJson().path("error").path("code").asText()).isEqualTo("USAGE");
    }

    @Test
    void memoriesListKeysRangesAndDefaults() throws IOException {
        assertThat(mneme("memories", "memory-transformer", "--json")).isZero();

        JsonNode memory = lastJson().path("memories").path(0);
        assertThat(memory.path("citation").asText()).contains("2006.11527");
        assertThat(memory.path("settings").findValuesAsText("key")).contains("slots", "variant", "kept_slots");
        assertThat(err.toString()).contains("memory.slots = 10").contains("from:");
    }

    @Test
    void tasksAndDataSetsAreListed() throws IOException {
        assertThat(mneme("tasks", "--json")).isZero();
        assertThat(lastJson().path("tasks").findValuesAsText("name")).contains("broadcast", "reverse", "text");

        assertThat(mneme("data", "list", "--data-dir", folder.toString(), "--json"))
                .isZero();
        assertThat(lastJson().path("datasets").findValuesAsText("name")).contains("state-of-the-union");
    }

    @Test
    void dataSetsThatDoNotExistAreBadUsage() {
        assertThat(mneme("data", "fetch", "bible", "--data-dir", folder.toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("bible-en-es");
    }

    @Test
    void experimentsAreListed() throws IOException {
        assertThat(mneme("experiment", "--list", "--json")).isZero();
        assertThat(lastJson().path("experiments").findValuesAsText("name")).contains("memory-lesions");
    }

    @Test
    void completionIsAShellScript() {
        assertThat(mneme("completion", "bash")).isZero();
        assertThat(out.toString()).startsWith("#!").contains("experiment").contains("--memory");

        assertThat(mneme("completion", "fish")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("bash, zsh");
    }

    @Test
    void doctorMeasuresTheChosenEngine() throws IOException {
        assertThat(mneme("doctor", "--json")).isZero();

        JsonNode result = lastJson();
        assertThat(result.path("engines").findValuesAsText("name")).contains("libtorch");
        assertThat(result.path("gflops").asDouble()).isPositive();
        assertThat(result.path("small_op_microseconds").asDouble()).isPositive();
    }

    @Test
    void engineThatDoesNotExistIsBadUsage() {
        assertThat(mneme("doctor", "--backend", "libtroch")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("did you mean 'libtorch'?");
    }

    @Test
    void trainedModelEvaluatesToTheSameMetricsAndCanBeLesioned() throws IOException {
        assertThat(train("--steps", "3")).isZero();
        JsonNode trained = lastJson();
        assertThat(trained.path("steps").asLong()).isEqualTo(3);
        assertThat(trained.path("tokens_per_second").asDouble()).isPositive();
        assertThat(trained.path("peak_rss_bytes").asLong()).isPositive();
        assertThat(trained.path("parameters").asLong()).isPositive();
        assertThat(Path.of(run(), "mneme.log")).isNotEmptyFile();
        assertThat(Files.readString(Path.of(run(), "report.html")))
                .contains("memory-transformer on broadcast")
                .contains("class=\"cell\"");

        assertThat(mneme("eval", "--model", run(), "--json")).isZero();
        assertThat(lastJson().path("metrics")).isEqualTo(trained.path("metrics"));

        assertThat(mneme("eval", "--model", run(), "--set", "memory.kept_slots=0", "--json"))
                .isZero();
        assertThat(lastJson().path("metrics").path("loss"))
                .isNotEqualTo(trained.path("metrics").path("loss"));

        assertThat(mneme("generate", "--model", run(), "--prompt", "1 2 3", "--json"))
                .isZero();
        assertThat(lastJson().path("tokens").asInt()).isEqualTo(3);
    }

    @Test
    void aCurriculumIsTrainedResumedAndEvaluatedOnMoreSegments() throws IOException {
        String stages = "curriculum=[{steps: 2, task: {segments: 2}}, {steps: 1, task: {segments: 3}}]";
        assertThat(segmentCopy("--set", stages, "--steps", "2", "--no-report")).isZero();
        assertThat(mneme("train", "--resume", "--steps", "4", "--out", run(), "--json"))
                .isZero();

        assertThat(Files.readAllLines(Path.of(run(), "metrics.jsonl")).stream()
                        .filter(line -> line.contains("\"lr\""))
                        .map(line -> line.replaceAll("(?s).*\"stage\":\"([^\"]*)\".*|.*", "$1")))
                .containsExactly("segments=2", "segments=2", "segments=3", "");
        assertThat(JSON.readTree(Path.of(run(), "config.json").toFile()).path("curriculum"))
                .hasToString("[{\"steps\":2,\"task\":{\"segments\":2}},{\"steps\":1,\"task\":{\"segments\":3}}]");

        for (int segments : new int[] {2, 8}) {
            assertThat(mneme("eval", "--model", run(), "--set", "task.segments=" + segments, "--json"))
                    .isZero();
            assertThat(lastJson().path("metrics").path("chance").asDouble()).isEqualTo(0.125);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "delayed-copy form=encoder-decoder",
                "delayed-copy form=decoder",
                "segment-copy form=encoder",
                "associative-retrieval form=encoder-decoder",
                "quadratic-equations max_root=20"
            })
    void tasksOverSegmentsTrainEvaluateAndAreDrawn(String taskAndSetting) throws IOException {
        String[] words = taskAndSetting.split(" ");
        List<String> arguments =
                new ArrayList<>(List.of("train", "--task", words[0], "--out", run(), "--json", "--steps", "2"));
        for (String setting : List.of(
                "task." + words[1],
                "task.evaluation_sequences=16",
                "model.dim=16",
                "model.heads=2",
                "model.layers=1",
                "model.segment=30",
                "train.batch=8")) {
            arguments.addAll(List.of("--set", setting));
        }
        assertThat(mneme(arguments.toArray(String[]::new))).isZero();

        JsonNode trained = lastJson();
        assertThat(trained.path("metrics").path("labels").asLong()).isPositive();
        assertThat(Files.readString(Path.of(run(), "report.html"))).contains("none on " + words[0]);
        assertThat(mneme("eval", "--model", run(), "--json")).isZero();
        assertThat(lastJson().path("metrics")).isEqualTo(trained.path("metrics"));
    }

    @Test
    void aStageThatDoesNotFitTheModelIsRefused() {
        assertThat(segmentCopy("--set", "curriculum=[{steps: 2, task: {symbols: 9}}]", "--steps", "2"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("curriculum, stage 1 (symbols=9): it has 14 input symbols");
    }

    @Test
    void anExperimentTrainsWithACurriculumAndSweepsASetting() throws IOException {
        Path experiment = Files.writeString(folder.resolve("sweep.yaml"), """
                title: t
                question: q
                why: w
                task: segment-copy
                settings:
                  task.segments: 4
                  task.evaluation_sequences: 16
                  model.dim: 16
                  model.layers: 1
                  model.heads: 2
                  train.batch: 8
                  train.steps: 3
                runs:
                  - name: bare
                    memory: none
                    settings: {curriculum: [{steps: 1, task: {segments: 3}}]}
                sweeps:
                  - {setting: task.segments, values: [2, 6]}
                expectations:
                  - {of: bare at segments=6, metric: chance, max: 0.125}
                """);
        assertThat(mneme("experiment", experiment.toString(), "--out", run(), "--json"))
                .isZero();

        assertThat(lastJson().path("outcomes").findValuesAsText("name"))
                .containsExactly("bare", "bare at segments=2", "bare at segments=6");
        assertThat(Files.readString(Path.of(run(), "report.html"))).contains("Test accuracy against task.segments");
        assertThat(Files.readString(Path.of(run(), "bare-seed-0", "metrics.jsonl")))
                .contains("\"stage\":\"segments=3\"");
    }

    private int segmentCopy(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("train", "--task", "segment-copy", "--out", run(), "--json", "--set", "task.segments=4"));
        for (String setting : List.of(
                "task.evaluation_sequences=16",
                "model.dim=16",
                "model.heads=2",
                "model.layers=1",
                "train.batch=8",
                "train.save_every=1")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.addAll(List.of(more));
        return mneme(arguments.toArray(String[]::new));
    }

    @Test
    void settingsThatDoNotFitTheWeightsAreExplained() {
        assertThat(train("--steps", "1", "--no-report")).isZero();

        assertThat(mneme("eval", "--model", run(), "--set", "model.dim=32")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("do not fit").contains("keep all shapes");
    }

    @Test
    void resumedRunGoesOnAndTheFolderOfAnotherRunIsRefused() throws IOException {
        assertThat(train("--steps", "2", "--no-report")).isZero();
        assertThat(train("--steps", "4", "--no-report")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("FILE_FAILED").contains("Resume");

        assertThat(mneme("train", "--resume", "--steps", "4", "--out", run(), "--no-report", "--json"))
                .isZero();
        assertThat(lastJson().path("steps").asLong()).isEqualTo(4);
        assertThat(Files.readAllLines(Path.of(run(), "metrics.jsonl")).stream().filter(line -> line.contains("\"lr\"")))
                .hasSize(4);
    }

    @Test
    void benchMeasuresBothModes() throws IOException {
        for (String mode : List.of("train", "infer")) {
            assertThat(mneme(
                            "bench",
                            "--memory",
                            "memory-transformer",
                            "--mode",
                            mode,
                            "--batch",
                            "2",
                            "--segment",
                            "8",
                            "--segments",
                            "2",
                            "--dim",
                            "16",
                            "--layers",
                            "1",
                            "--heads",
                            "2",
                            "--vocab",
                            "16",
                            "--slots",
                            "3",
                            "--steps",
                            "2",
                            "--threads",
                            "1",
                            "--json"))
                    .isZero();
            JsonNode result = lastJson();
            double seconds = result.path("step_seconds").asDouble();
            assertThat(seconds).isPositive();
            assertThat(result.path("tokens_per_second").asDouble() * seconds)
                    .isCloseTo(32, org.assertj.core.data.Offset.offset(1e-6));
            // Two embeddings, a block, the final norm, the head, and three slots of 16.
            long block = 3 * 256 + 256 + (16 * 64 + 64) + (64 * 16 + 16) + 4 * 16;
            assertThat(result.path("parameters").asLong())
                    .isEqualTo(16 * 16 + 8 * 16 + block + 2 * 16 + 16 * 16 + 3 * 16);
        }
    }

    @Test
    void benchRefusesSizesThatMakeNoSense() {
        assertThat(mneme("bench", "--batch", "0", "--steps", "-1")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--batch").contains("--steps");
    }

    private int train(String... more) {
        String[] common = {
            "train",
            "--memory",
            "memory-transformer",
            "--task",
            "broadcast",
            "--out",
            run(),
            "--json",
            "--set",
            "memory.slots=2",
            "--set",
            "model.dim=16",
            "--set",
            "model.heads=2",
            "--set",
            "model.layers=1",
            "--set",
            "train.batch=8",
            "--set",
            "train.evaluate_every=2",
            "--set",
            "task.evaluation_sequences=16"
        };
        String[] all = new String[common.length + more.length];
        System.arraycopy(common, 0, all, 0, common.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return mneme(all);
    }

    private String run() {
        return folder.resolve("run with blank").toString();
    }

    private int mneme(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    /** The last line of standard output, which must be all of it. */
    private JsonNode lastJson() throws IOException {
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(1);
        return JSON.readTree(lines.get(0));
    }
}
