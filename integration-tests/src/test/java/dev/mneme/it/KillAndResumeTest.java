package dev.mneme.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KillAndResumeTest {
    private static final int STEPS = 400;
    private static final int SAVE_EVERY = 20;
    private static final int KILLS = 4;

    private final MnemeProcess mneme = MnemeProcess.packaged();

    @TempDir
    Path folder;

    @Test
    void aRunKilledAgainAndAgainEndsWithTheCurveOfAnUnbrokenOne() throws Exception {
        Path unbroken = folder.resolve("unbroken");
        mneme.run(arguments(unbroken, false)).succeeded();

        Path broken = folder.resolve("broken");
        SplittableRandom random = new SplittableRandom(7);
        int killed = 0;
        long lastStep = 0;
        for (int attempt = 0; attempt < KILLS; attempt++) {
            Process process = mneme.start(folder.resolve("log-" + attempt), arguments(broken, attempt > 0));
            long target = lastStep + SAVE_EVERY + random.nextInt(2 * SAVE_EVERY);
            while (process.isAlive() && loggedSteps(broken) < target) {
                TimeUnit.MILLISECONDS.sleep(2);
            }
            lastStep = loggedSteps(broken);
            if (process.isAlive()) {
                killed++;
                process.destroyForcibly().waitFor(); // SIGKILL
                assertThat(newestCheckpoint(broken))
                        .as("at most the work since the last save is lost")
                        .isGreaterThanOrEqualTo(lastStep - 2L * SAVE_EVERY);
            }
        }
        assertThat(killed).as("runs that were really killed").isEqualTo(KILLS);
        mneme.run(arguments(broken, true)).succeeded();

        assertThat(losses(broken)).isEqualTo(losses(unbroken));
    }

    private static String[] arguments(Path out, boolean resume) {
        List<String> arguments = new ArrayList<>(List.of(
                "train",
                "--memory",
                "memory-transformer",
                "--task",
                "text",
                "--set",
                "memory.slots=2",
                "--set",
                "model.dim=32",
                "--set",
                "model.layers=1",
                "--set",
                "model.segment=32",
                "--set",
                "model.dropout=0.1",
                "--set",
                "train.batch=4",
                "--set",
                "train.save_every=" + SAVE_EVERY,
                "--set",
                "train.evaluation_batches=1",
                "--steps",
                String.valueOf(STEPS),
                "--seed",
                "5",
                "--out",
                out.toString()));
        if (resume) {
            arguments.add("--resume");
        }
        return arguments.toArray(String[]::new);
    }

    private static long loggedSteps(Path run) throws IOException {
        var losses = losses(run);
        return losses.isEmpty() ? 0 : losses.lastKey();
    }

    private static long newestCheckpoint(Path run) throws IOException {
        Path checkpoints = run.resolve("checkpoints");
        if (!Files.isDirectory(checkpoints)) {
            return 0;
        }
        try (var folders = Files.list(checkpoints)) {
            return folders.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("step-\\d+"))
                    .mapToLong(name -> Long.parseLong(name.substring(5)))
                    .max()
                    .orElse(0);
        }
    }

    /** Training loss by step; a line cut off by the kill does not count. */
    private static TreeMap<Long, Double> losses(Path run) throws IOException {
        TreeMap<Long, Double> losses = new TreeMap<>();
        Path file = run.resolve("metrics.jsonl");
        if (!Files.exists(file)) {
            return losses;
        }
        ObjectMapper mapper = new ObjectMapper();
        for (String line : Files.readString(file).split("\n")) {
            if (line.endsWith("}")) {
                JsonNode node = mapper.readTree(line);
                if (node.has("loss") && node.has("lr")) {
                    losses.put(node.path("step").asLong(), node.path("loss").asDouble());
                }
            }
        }
        return losses;
    }
}
