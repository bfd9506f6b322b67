package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streaming and generating with a byte-level model of a few steps. */
final class StreamCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOG = "12:00 user 17 logged in from züri\n";
    private static final String ODD = "FATAL \u00fe\u20ac@@ stack smashed QQQQ%%%\n";

    @TempDir
    private static Path folder;

    private static Path run;

    private final InputStream input = System.in;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        Path text = Files.writeString(folder.resolve("log.txt"), LOG.repeat(400));
        List<String> arguments = new ArrayList<>(List.of("train", "--task", "text", "--out", run.toString()));
        for (String setting : List.of(
                "task.path=" + text,
                "model.dim=32",
                "model.layers=1",
                "model.heads=2",
                "model.segment=16",
                "train.batch=4",
                "train.segments=2",
                "train.steps=60",
                "train.lr=0.01",
                "train.evaluation_batches=1")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.add("--no-report");
        StringWriter errors = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()), new PrintWriter(errors), arguments.toArray(String[]::new));
        assertThat(code).as(errors.toString()).isZero();
    }

    @AfterEach
    void restoreInput() {
        System.setIn(input);
    }

    @Test
    void surprisingLinesStandOut() throws IOException {
        assertThat(stream(LOG.repeat(60) + ODD + LOG.repeat(20), "--json", "--top", "2"))
                .isZero();

        List<JsonNode> lines = lines();
        assertThat(lines).hasSize(82);
        for (int i = 0; i < 81; i++) {
            JsonNode line = lines.get(i);
            assertThat(line.path("line").asInt()).isEqualTo(i + 1);
            assertThat(line.path("marked").asBoolean()).as(line.toString()).isEqualTo(i == 60);
        }
        assertThat(lines.get(60).path("text").asText()).isEqualTo(ODD.strip());
        assertThat(lines.get(3).path("z").isNull()).isTrue();
        JsonNode result = lines.get(81);
        assertThat(result.path("lines").asInt()).isEqualTo(81);
        assertThat(result.path("marked").asInt()).isEqualTo(1);
        assertThat(result.path("tokens").asInt()).isEqualTo(80 * bytes(LOG) + bytes(ODD));
        assertThat(result.path("top").path(0).path("line").asInt()).isEqualTo(61);
        assertThat(result.path("top")).hasSize(2);
        assertThat(result.path("bits_per_byte").asDouble())
                .isEqualTo(lines.get(80).path("running_bits").asDouble());
    }

    @Test
    void peopleGetColumnsAndColours() {
        assertThat(stream(LOG.repeat(40) + ODD, "--color", "always", "--marked-only"))
                .isZero();

        assertThat(out.toString().lines())
                .singleElement()
                .asString()
                .startsWith("\033[1;31m! ")
                .contains("FATAL");
        assertThat(err.toString())
                .contains("bits/B running")
                .contains("41 lines")
                .contains("1 marked");
    }

    @Test
    void aSavedStreamGoesOnWhereItEnded() throws IOException {
        String text = LOG.repeat(50) + ODD + LOG.repeat(9);
        assertThat(stream(text, "--json")).isZero();
        List<JsonNode> whole = lines();

        Path file = folder.resolve("a.session");
        List<JsonNode> parts = new ArrayList<>();
        int cut = LOG.length() * 50;
        assertThat(stream(text.substring(0, cut), "--json", "--save", file.toString()))
                .isZero();
        parts.addAll(lines());
        parts.remove(parts.size() - 1);
        assertThat(stream(text.substring(cut), "--json", "--session", file.toString(), "--save", file.toString()))
                .isZero();
        parts.addAll(lines());

        for (int i = 0; i < 60; i++) {
            for (String key : List.of("bits", "running_bits", "running_perplexity", "z")) {
                assertThat(parts.get(i).path(key).asDouble())
                        .isEqualTo(whole.get(i).path(key).asDouble(), within(1e-4));
            }
            assertThat(parts.get(i).path("line")).isEqualTo(whole.get(i).path("line"));
            assertThat(parts.get(i).path("marked")).isEqualTo(whole.get(i).path("marked"));
        }
        assertThat(parts.get(60).path("tokens")).isEqualTo(whole.get(60).path("tokens"));
        assertThat(stream("x", "--session", file.toString(), "--by", "segment")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("scored by line before");
    }

    @Test
    void segmentsAreScoredByTheToken() throws IOException {
        assertThat(stream(LOG.repeat(10), "--json", "--by", "segment")).isZero();

        List<JsonNode> lines = lines();
        int segments = 10 * bytes(LOG) / 16;
        assertThat(lines).hasSize(segments + 1);
        assertThat(lines.get(0).path("segment").asInt()).isEqualTo(1);
        assertThat(lines.get(0).path("tokens").asInt()).isEqualTo(15);
        assertThat(lines.get(1).path("tokens").asInt()).isEqualTo(16);
        assertThat(lines.get(segments).path("segments").asInt()).isEqualTo(segments);
    }

    /** However the bytes arrive: in the middle of a character, of a line, of a segment. */
    @Test
    void piecesOfInputMakeNoDifference() throws IOException {
        String text = LOG + "€".repeat(3000) + "\n" + "no end";
        assertThat(stream(text, "--json")).isZero();
        List<JsonNode> expected = lines();
        assertThat(expected).hasSize(4);

        System.setIn(new InputStream() {
            private final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            private int position;

            @Override
            public int read() {
                return position == bytes.length ? -1 : bytes[position++] & 0xFF;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (position == bytes.length) {
                    return -1;
                }
                int count = Math.min(Math.min(length, 1 + position % 97), bytes.length - position);
                System.arraycopy(bytes, position, buffer, offset, count);
                position += count;
                return count;
            }
        });
        assertThat(mneme("stream", "--model", run.toString(), "--json")).isZero();
        List<JsonNode> found = lines();
        for (int i = 0; i < 3; i++) {
            assertThat(found.get(i).path("bits").asDouble())
                    .isEqualTo(expected.get(i).path("bits").asDouble(), within(1e-5));
            assertThat(found.get(i).path("text")).isEqualTo(expected.get(i).path("text"));
        }
        assertThat(expected.get(1).path("tokens").asInt()).isEqualTo(9001);
        assertThat(expected.get(1).path("text").asText()).hasSize(1003).endsWith("€...");
    }

    @Test
    void emptyInputIsNoError() throws IOException {
        assertThat(stream("", "--json")).isZero();
        assertThat(lines().get(0).path("lines").asInt()).isZero();
    }

    @Test
    void sessionsThatCannotBeReadAreExplained() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.session"), "nonsense");
        assertThat(stream("x", "--session", file.toString())).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).startsWith("mneme: CHECKPOINT_INVALID").doesNotContain("\tat ");
    }

    @Test
    void generationStopsIsSavedAndGoesOn() throws IOException {
        Path file = folder.resolve("g.session");
        String model = run.toString();
        assertThat(mneme("generate", "--model", model, "--prompt", LOG, "--length", "40", "--json"))
                .isZero();
        String whole = lines().get(0).path("text").asText();

        assertThat(mneme(
                        "generate",
                        "--model",
                        model,
                        "--prompt",
                        LOG,
                        "--length",
                        "10",
                        "--save",
                        file.toString(),
                        "--json"))
                .isZero();
        String start = lines().get(0).path("text").asText();
        assertThat(mneme("generate", "--model", model, "--session", file.toString(), "--length", "30", "--json"))
                .isZero();
        assertThat(start + lines().get(0).path("text").asText()).isEqualTo(whole);

        String stop = whole.substring(12, 14);
        assertThat(mneme(
                        "generate",
                        "--model",
                        model,
                        "--prompt",
                        LOG,
                        "--length",
                        "40",
                        "--stop",
                        stop,
                        "--stop",
                        "never",
                        "--json"))
                .isZero();
        assertThat(lines().get(0).path("text").asText()).isEqualTo(whole.substring(0, whole.indexOf(stop)));

        assertThat(mneme("generate", "--model", model)).isEqualTo(ExitCode.USAGE);
    }

    private int stream(String text, String... options) {
        System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        List<String> arguments = new ArrayList<>(List.of("stream", "--model", run.toString()));
        arguments.addAll(Arrays.asList(options));
        return mneme(arguments.toArray(String[]::new));
    }

    private int mneme(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private List<JsonNode> lines() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().split("\n")) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
