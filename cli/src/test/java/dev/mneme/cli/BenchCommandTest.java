package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BenchCommandTest {
    private static final List<String> TINY = List.of(
            "--memory",
            "memory-transformer",
            "--segment",
            "8",
            "--dim",
            "16",
            "--layers",
            "1",
            "--heads",
            "2",
            "--vocab",
            "16",
            "--slots",
            "2",
            "--batch",
            "2",
            "--steps",
            "1",
            "--warmup",
            "0",
            "--threads",
            "1",
            "--json");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"bptt", "history"})
    void subcommandsExplainThemselvesWithExamples(String command) {
        assertThat(mneme("bench", command, "--help")).isZero();

        assertThat(out.toString()).contains("--json", "Examples:", "mneme bench " + command + " --memory memformer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "truncated", "replay", "checkpoint"})
    void schemesOfBackPropagationAreMeasured(String scheme) throws IOException {
        assertThat(tiny("bench", "--segments", "3", "--set", "train.bptt=" + scheme))
                .isZero();

        assertThat(json().path("bptt").asText()).isEqualTo(scheme);
        assertThat(json().path("tokens_per_second").asDouble()
                        * json().path("step_seconds").asDouble())
                .isCloseTo(48, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(json().path("model_rss_bytes").asLong())
                .isPositive()
                .isLessThanOrEqualTo(json().path("peak_rss_bytes").asLong());
    }

    /** Of a plain block the attention has 4 and the feed-forward 8 matrices of width by width. */
    @ParameterizedTest
    @CsvSource({"none, train, 3", "none, infer, 1", "transformer-xl, infer, 1"})
    void arithmeticIsThatOfTheWeightMatricesAndOfAttentionToTheSegment(String memory, String mode, int passes)
            throws IOException {
        List<String> call = new ArrayList<>(TINY);
        call.set(call.indexOf("memory-transformer"), memory);
        call.addAll(0, List.of("bench", "--mode", mode, "--segments", "1"));
        assertThat(mneme(call.toArray(String[]::new))).isZero();

        int dim = 16;
        int vocabulary = 16;
        int segment = 8;
        // Transformer-XL projects its table of distances and adds two vectors a head, which are a matrix in form.
        int positions = memory.equals("none") ? 0 : dim * dim + 2 * dim;
        double weights = 12 * dim * dim + positions + vocabulary * dim;
        double expected = passes
                * (2 * weights + 2 * dim * segment)
                * json().path("tokens_per_second").asDouble();
        assertThat(json().path("operations_per_second").asDouble()).isCloseTo(expected, within(1e-9 * expected));
    }

    @ParameterizedTest
    @CsvSource({"train, bf16", "infer, bf16", "train, f32"})
    void precisionIsMeasuredAndRecorded(String mode, String precision) throws IOException {
        assertThat(tiny("bench", "--mode", mode, "--precision", precision)).isZero();

        assertThat(json().path("precision").asText()).isEqualTo(precision);
        assertThat(json().path("tokens_per_second").asDouble()).isPositive();
    }

    @Test
    void precisionThatTheEngineLacksIsRefused() {
        assertThat(tiny("bench", "--precision", "tf32", "--backend", "libtorch"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains(
                        "precision 'tf32': the engine 'libtorch' on cpu does not have it. Valid here:" + " f32, bf16");
    }

    @Test
    void precisionSaidTwiceIsRefused() {
        assertThat(tiny("bench", "--precision", "bf16", "--set", "train.precision=f32"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--precision says that");
    }

    @Test
    void aProfileSharesASegmentAmongTheRoles() throws IOException {
        List<String> sizes = new ArrayList<>(TINY);
        sizes.set(sizes.indexOf("memory-transformer"), "memformer");
        List<String> arguments = new ArrayList<>(List.of("bench", "profile", "--vary", "memory.slots"));
        arguments.addAll(List.of("--values", "4,2", "--out", folder.toString()));
        arguments.addAll(sizes);

        assertThat(mneme(arguments.toArray(String[]::new))).isZero();

        JsonNode profiles = json().path("profiles");
        assertThat(profiles.findValuesAsText("value")).containsExactly("2", "4");
        for (JsonNode profile : profiles) {
            double parts = profile.path("read_seconds").asDouble()
                    + profile.path("layer_write_seconds").asDouble()
                    + profile.path("write_seconds").asDouble();
            assertThat(profile.path("read_seconds").asDouble()).isPositive();
            assertThat(profile.path("write_seconds").asDouble()).isPositive();
            assertThat(parts).isLessThan(profile.path("seconds").asDouble());
            assertThat(profile.path("method_shares").isObject()).isTrue();
        }
        assertThat(folder.resolve("profile.svg")).isNotEmptyFile();
        assertThat(folder.resolve("report.html")).content().contains("memory.slots");
    }

    @Test
    void aProfileOfAKeyThatIsNotThereSaysWhichIsMeant() {
        List<String> arguments = new ArrayList<>(List.of("bench", "profile", "--vary", "memory.slot", "--values", "4"));
        arguments.addAll(TINY);

        assertThat(mneme(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);

        assertThat(err.toString()).contains("memory.slot", "slots");
    }

    @Test
    void trainingKeysThatOptionsSetAreRefused() {
        assertThat(tiny("bench", "--set", "train.batch=3", "--set", "task.length=3"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("train.batch", "bptt_segments").contains("task.length");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bptt | --segments | 8,0 | '0'",
                "bptt | --segments | 8,,16 | ''",
                "bptt | --segments | 8,four | 'four'",
                "bptt | --segments | 8,16,8 | 8 is there twice",
                "bptt | --segments | 9999999999 | '9999999999'",
                "bptt | --schemes | full,repaly | did you mean 'replay'",
                "bptt | --schemes | replay,replay | replay is there twice",
                "history | --lengths | 8,12 | 12 is no multiple of --segment 8",
                "history | --modes | trian | did you mean 'train'",
                "history | --schemes | reply | did you mean 'replay'",
                "history | --memory | none | name another",
                "bptt | --memory | memory-transfomer | did you mean 'memory-transformer'",
                "bptt | --set | train.bptt=full | --schemes says that",
                "bptt | --set | model.dimm=3 | did you mean 'dim'",
                "bptt | --batch | 0 | --batch",
                "bptt | --steps | 0 | --steps",
            },
            quoteCharacter = '"')
    void wrongValuesAreNamed(String command, String option, String value, String words) {
        List<String> arguments = new ArrayList<>(TINY);
        int given = arguments.indexOf(option);
        if (given >= 0) {
            arguments.set(given + 1, value);
        } else {
            arguments.addAll(List.of(option, value));
        }
        arguments.addAll(0, List.of("bench", command));
        arguments.addAll(List.of("--out", folder.toString()));

        assertThat(mneme(arguments.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(words);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void optionsBeforeTheSubcommandAreRefused() {
        assertThat(mneme("bench", "--dim", "64", "bptt")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--dim has to stand after 'bptt'");
    }

    @Test
    void schemesAreComparedInProcessesOfTheirOwn() throws IOException {
        assertThat(tiny(
                        "bench",
                        "bptt",
                        "--segments",
                        "2",
                        "--schemes",
                        "full,replay",
                        "--set",
                        "memory.variant=mem-ctrl",
                        "--out",
                        folder.toString()))
                .isZero();

        JsonNode cells = json().path("cells");
        assertThat(cells).hasSize(2).allSatisfy(cell -> {
            assertThat(cell.path("status").asText()).isEqualTo("ok");
            assertThat(cell.path("step_seconds").asDouble()).isPositive();
            assertThat(cell.path("above_model_bytes").asLong()).isPositive();
        });
        assertThat(cells.path(1).path("scheme").asText()).isEqualTo("replay");
        assertThat(json().path("threads").asInt()).isEqualTo(1);
        assertThat(err.toString()).contains("full, 2 segments", "this / full");
        for (String file : List.of("bptt.json", "memory.svg", "time.svg", "report.html", "mneme.log")) {
            assertThat(folder.resolve(file)).isNotEmptyFile();
        }
    }

    @Test
    void memoryIsComparedWithTheFullHistory() throws IOException {
        assertThat(tiny("bench", "history", "--lengths", "16", "--modes", "infer", "--out", folder.toString()))
                .isZero();

        JsonNode cells = json().path("cells");
        assertThat(cells)
                .hasSize(2)
                .allSatisfy(cell -> assertThat(cell.path("status").asText()).isEqualTo("ok"));
        assertThat(cells.path(0).path("parameters").asLong()
                        - cells.path(1).path("parameters").asLong())
                .as("eight more positions, two slots less")
                .isEqualTo(8 * 16 - 2 * 16);
        assertThat(json().path("crossings").path("infer, memory-transformer").has("memory"))
                .isTrue();
        assertThat(folder.resolve("infer-memory.svg")).isNotEmptyFile();
    }

    private int tiny(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(TINY);
        return mneme(all.toArray(String[]::new));
    }

    private int mneme(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    private JsonNode json() throws IOException {
        List<String> lines = out.toString().lines().toList();
        assertThat(lines).hasSize(1);
        return new ObjectMapper().readTree(lines.get(0));
    }
}
