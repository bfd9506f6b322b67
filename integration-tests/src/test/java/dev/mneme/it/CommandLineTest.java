package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CommandLineTest {
    private final MnemeProcess mneme = MnemeProcess.packaged();

    @TempDir
    Path folder;

    @Test
    void trainEvaluateAndGenerateKeepTheirContract() throws Exception {
        String run = folder.resolve("run").toString();
        JsonNode trained = mneme.run(
                        "train",
                        "--memory",
                        "memory-transformer",
                        "--task",
                        "reverse",
                        "--set",
                        "task.length=6",
                        "--set",
                        "model.dim=32",
                        "--set",
                        "memory.slots=2",
                        "--set",
                        "train.batch=8",
                        "--steps",
                        "20",
                        "--seed",
                        "3",
                        "--out",
                        run,
                        "--json")
                .succeeded()
                .json();
        assertThat(trained.path("steps").asLong()).isEqualTo(20);
        assertThat(trained.path("loss").asDouble()).isPositive();
        assertThat(trained.path("metrics").path("accuracy").asDouble()).isBetween(0.0, 1.0);
        assertThat(trained.path("metrics").path("perplexity").asDouble()).isGreaterThan(1);
        assertThat(trained.path("tokens_per_second").asDouble()).isPositive();
        assertThat(trained.path("peak_rss_bytes").asLong()).isGreaterThan(1 << 20);
        assertThat(trained.path("parameters").asLong()).isGreaterThan(1000);
        assertThat(Path.of(run, "report.html")).isNotEmptyFile();
        assertThat(Path.of(run, "metrics.jsonl")).isNotEmptyFile();

        JsonNode evaluated = mneme.run("eval", "--model", run, "--task", "reverse", "--json")
                .succeeded()
                .json();
        assertThat(evaluated.path("metrics").path("accuracy").asDouble())
                .isEqualTo(trained.path("metrics").path("accuracy").asDouble());

        JsonNode elsewhere = mneme.run("eval", "--model", run, "--task", "reverse", "--backend", "nd4j", "--json")
                .succeeded()
                .json();
        assertThat(elsewhere.path("metrics").path("loss").asDouble())
                .as("the same checkpoint on the other engine")
                .isCloseTo(evaluated.path("metrics").path("loss").asDouble(), offset(1e-4));
    }

    @Test
    void languageModelsGenerateText() throws Exception {
        String run = folder.resolve("lm").toString();
        mneme.run(
                        "train",
                        "--memory",
                        "none",
                        "--task",
                        "text",
                        "--set",
                        "model.dim=32",
                        "--set",
                        "model.segment=32",
                        "--set",
                        "train.batch=4",
                        "--set",
                        "train.evaluation_batches=2",
                        "--steps",
                        "5",
                        "--out",
                        run,
                        "--json")
                .succeeded();
        MnemeProcess.Result generated = mneme.run(
                        "generate", "--model", run, "--prompt", "Call me", "--length", "40", "--seed", "1", "--json")
                .succeeded();
        assertThat(generated.json().toString()).contains("Call me");
    }

    @Test
    void aMemoryOfAPluginIsLookedAt() throws Exception {
        String run = folder.resolve("slots").toString();
        Path text =
                Files.writeString(folder.resolve("chapter.txt"), "Call me Ishmael. <Some> years ago & never mind. ");
        Path data = folder.resolve("inspect.json");
        mneme.run(
                        "train",
                        "--memory",
                        "memformer",
                        "--task",
                        "text",
                        "--set",
                        "memory.slots=3",
                        "--set",
                        "model.dim=32",
                        "--set",
                        "model.layers=1",
                        "--set",
                        "model.heads=2",
                        "--set",
                        "model.segment=16",
                        "--set",
                        "train.batch=4",
                        "--set",
                        "train.evaluation_batches=2",
                        "--steps",
                        "3",
                        "--out",
                        run,
                        "--json")
                .succeeded();

        JsonNode result = mneme.run(
                        "inspect", "--model", run, "--text", text.toString(), "--data", data.toString(), "--json")
                .succeeded()
                .json();

        assertThat(result.path("segments").asInt()).isEqualTo(3);
        assertThat(result.path("views"))
                .extracting(JsonNode::asText)
                .containsExactly("Reads", "Writes", "What slots keep", "Forgetting", "Staying");
        assertThat(Files.readString(Path.of(run, "inspect.html")))
                .contains("The memory of memformer at work")
                .contains("memory.slots");
        JsonNode last =
                new ObjectMapper().readTree(data.toFile()).path("segments").path(2);
        assertThat(last.path("state").path("memory.slots").path("norm").asDouble())
                .as("three slots of length 1")
                .isCloseTo(Math.sqrt(3), offset(1e-4));
        JsonNode reads = last.path("views").path(0);
        assertThat(reads.path("rows").path("labels")).hasSize(3);
        double sum = 0;
        for (int slot = 0; slot < 3; slot++) {
            sum += reads.path("panels").path(1).path(slot * 16).asDouble();
        }
        assertThat(sum).as("what a token reads").isCloseTo(1, offset(1e-3));
    }

    @Test
    void benchKeepsItsContract() throws Exception {
        JsonNode bench = mneme.run(
                        "bench",
                        "--memory",
                        "none",
                        "--batch",
                        "2",
                        "--segment",
                        "16",
                        "--segments",
                        "2",
                        "--dim",
                        "32",
                        "--layers",
                        "1",
                        "--heads",
                        "2",
                        "--steps",
                        "2",
                        "--threads",
                        "2",
                        "--json")
                .succeeded()
                .json();
        assertThat(bench.path("tokens_per_second").asDouble()).isPositive();
        assertThat(bench.path("step_seconds").asDouble()).isPositive();
        assertThat(bench.path("peak_rss_bytes").asLong()).isPositive();
        // embeddings 256*32 + 16*32, block 4*32*32 + 2*128*32 + 128 + 32 + 4*32, final norm 64, output 256*32
        assertThat(bench.path("parameters").asLong()).isEqualTo(8192 + 512 + 4096 + 8192 + 160 + 128 + 64 + 8192);
    }

    @Test
    void schemesOfBackPropagationAreMeasuredInProcessesOfTheDistribution() throws Exception {
        Path out = folder.resolve("bptt");
        JsonNode bptt = mneme.run(
                        "bench",
                        "bptt",
                        "--memory",
                        "memory-transformer",
                        "--segments",
                        "2",
                        "--schemes",
                        "full,replay",
                        "--segment",
                        "16",
                        "--dim",
                        "32",
                        "--layers",
                        "1",
                        "--batch",
                        "2",
                        "--steps",
                        "1",
                        "--warmup",
                        "0",
                        "--out",
                        out.toString(),
                        "--json")
                .succeeded()
                .json();
        assertThat(bptt.path("cells")).hasSize(2).allSatisfy(cell -> {
            assertThat(cell.path("status").asText()).as(cell.toString()).isEqualTo("ok");
            assertThat(cell.path("above_model_bytes").asLong()).isPositive();
        });
        assertThat(out.resolve("memory.svg")).isNotEmptyFile();
    }

    @Test
    void listingsNameBothMechanismsAndAllTasks() throws Exception {
        assertThat(mneme.run("memories").succeeded().output()).contains("none", "memory-transformer", "2006.11527");
        assertThat(mneme.run("tasks").succeeded().output())
                .contains("copy", "reverse", "retrieval", "broadcast", "text", "translation");
        assertThat(mneme.run("doctor").succeeded().output()).contains("libtorch", "nd4j");
    }

    @Test
    void wrongCallsExitWithTwoAndNameTheNearestChoice() throws Exception {
        String out = folder.resolve("x").toString();
        MnemeProcess.Result memory =
                mneme.run("train", "--memory", "memory-transformr", "--task", "copy", "--out", out);
        assertThat(memory.exitCode()).isEqualTo(2);
        assertThat(memory.errors()).contains("memory-transformer");

        MnemeProcess.Result key =
                mneme.run("train", "--memory", "none", "--task", "copy", "--set", "model.dimm=3", "--out", out);
        assertThat(key.exitCode()).isEqualTo(2);
        assertThat(key.errors()).contains("model.dimm", "dim").doesNotContain("\tat ");

        MnemeProcess.Result range =
                mneme.run("train", "--memory", "none", "--task", "copy", "--set", "model.layers=0", "--out", out);
        assertThat(range.exitCode()).isEqualTo(2);
        assertThat(range.errors()).contains("model.layers", "1..1024");

        Path notAModel = Files.createDirectory(folder.resolve("empty"));
        MnemeProcess.Result model = mneme.run("eval", "--model", notAModel.toString(), "--task", "copy");
        assertThat(model.exitCode()).isNotZero();
        assertThat(model.errors()).contains("empty").doesNotContain("\tat ");
    }
}
