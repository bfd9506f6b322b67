package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looking at a byte-level model of a few steps. */
final class InspectCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SEGMENT = 16;

    @TempDir
    private static Path folder;

    private static Path run;
    private static Path text;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void train() throws IOException {
        run = folder.resolve("run");
        text = Files.writeString(folder.resolve("t.txt"), "the cat </script><b> sat on the mat.\n".repeat(60));
        train("text", run, "task.path=" + text);
    }

    private static void train(String task, Path into, String more) {
        List<String> arguments = new ArrayList<>(List.of("train", "--task", task, "--out", into.toString()));
        for (String setting : List.of(
                more,
                "model.dim=16",
                "model.layers=1",
                "model.heads=2",
                "model.segment=" + SEGMENT,
                "train.batch=4",
                "train.steps=3",
                "train.evaluation_batches=1")) {
            arguments.addAll(List.of("--set", setting));
        }
        arguments.addAll(List.of("--no-report", "--threads", "1"));
        StringWriter errors = new StringWriter();
        int code = Main.run(
                new PrintWriter(new StringWriter()), new PrintWriter(errors), arguments.toArray(String[]::new));
        assertThat(code).as(errors.toString()).isZero();
    }

    private int inspect(Path model, Path file, String... more) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> arguments = new ArrayList<>(
                List.of("inspect", "--model", model.toString(), "--text", file.toString(), "--threads", "1"));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    }

    @Test
    void thePageStandsAloneAndItsDataSurvivesTheText() throws IOException {
        assertThat(inspect(run, text, "--segments", "5")).as(err.toString()).isZero();

        assertThat(out.toString().lines())
                .singleElement()
                .asString()
                .startsWith("5 segments, 80 tokens, ")
                .contains("no views of none; wrote " + run.resolve("inspect.html"));
        String page = Files.readString(run.resolve("inspect.html"));
        assertThat(page)
                .contains("color-scheme\" content=\"light dark")
                .contains("This mechanism carries no state")
                .doesNotContain("https://")
                .doesNotContainPattern("(src|href)=\"http");
        // Nothing of the text ends the script early: there is one of data and one of code.
        assertThat(page.split("</script>", -1)).hasSize(3);
        Matcher data = Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL)
                .matcher(page);
        assertThat(data.find()).isTrue();
        JsonNode parsed = JSON.readTree(data.group(1));
        assertThat(parsed.path("segments")).hasSize(5);
        StringBuilder read = new StringBuilder();
        parsed.path("segments")
                .forEach(segment -> segment.path("tokens").forEach(token -> read.append(token.asText())));
        assertThat(Files.readString(text)).startsWith(read.toString());
    }

    @Test
    void programsGetTheSameNumbers() throws IOException {
        Path page = folder.resolve("p.html");
        Path data = folder.resolve("p.json");
        Path odd = Files.writeString(folder.resolve("odd.txt"), "the cat \u2603 sat on the mat");

        assertThat(inspect(run, odd, "--out", page.toString(), "--data", data.toString(), "--json"))
                .as(err.toString())
                .isZero();

        JsonNode result = JSON.readTree(out.toString());
        assertThat(result.path("tokens").asInt()).isEqualTo(26);
        assertThat(result.path("segments").asInt()).isEqualTo(2);
        assertThat(result.path("page").asText()).isEqualTo(page.toString());
        JsonNode all = JSON.readTree(data.toFile());
        JsonNode first = all.path("segments").path(0);
        assertThat(first.path("bits")).hasSize(SEGMENT);
        assertThat(first.path("bits").path(0).isNull()).isTrue();
        double sum = 0;
        int count = 0;
        for (JsonNode segment : all.path("segments")) {
            for (JsonNode bits : segment.path("bits")) {
                sum += bits.asDouble();
                count += bits.isNull() ? 0 : 1;
            }
        }
        assertThat(count).isEqualTo(25);
        assertThat(result.path("bits_per_token").asDouble()).isEqualTo(sum / count, within(1e-3));
    }

    @Test
    void mistakesAreExplained() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        assertThat(inspect(run, empty)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .contains("DATA_UNREADABLE")
                .contains("empty.txt")
                .contains("it is empty");
        assertThat(inspect(run, folder)).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("it is a folder");
        assertThat(inspect(run, folder.resolve("gone.txt"))).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("there is no such file");
        assertThat(inspect(folder.resolve("gone"), text)).isNotZero();
        assertThat(err.toString()).contains("gone");
        assertThat(inspect(run, text, "--segments", "0")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("--segments must be 1 to 1024, got 0");
        assertThat(inspect(run, text, "--out", folder.resolve("no/such/p.html").toString()))
                .isNotZero();
        assertThat(err.toString()).contains("FILE_FAILED").contains("p.html");
    }

    @Test
    void aModelOfSomethingElseThanTextIsRefused() {
        Path reverse = folder.resolve("reverse");
        train("delayed-copy", reverse, "train.lr=0.001");

        assertThat(inspect(reverse, text)).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("CONFIG_INVALID")
                .contains("was trained on the task delayed-copy, whose tokens are not text");
        assertThat(reverse.resolve("inspect.html")).doesNotExist();
    }
}
