package dev.mneme.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.task.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MetricsLogTest {
    @TempDir
    private Path directory;

    @Test
    void linesAreJsonAndNumbersThatAreNotFiniteAreNull() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = new MetricsLog(file, 0)) {
            log.step(report(1, Map.of("size", 0.5)), 2.5);
            log.evaluation(1, Split.VALIDATION, new Metrics(Map.of("perplexity", Double.POSITIVE_INFINITY)));
        }
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "{\"step\":1,\"loss\":0.25,\"lr\":0.1,\"grad_norm\":2.0,\"tokens_per_second\":10.0,"
                                + "\"seconds\":2.5,\"auxiliary\":{\"size\":0.5}}",
                        "{\"step\":1,\"split\":\"validation\",\"perplexity\":null}");
    }

    @Test
    void reopeningDropsWhatCameAfterAndWhatIsTorn() throws IOException {
        Path file = directory.resolve("metrics.jsonl");
        try (MetricsLog log = new MetricsLog(file, 0)) {
            for (int step = 1; step <= 4; step++) {
                log.step(report(step, Map.of()), step);
                log.evaluation(step, Split.VALIDATION, new Metrics(Map.of("loss", step / 8.0)));
            }
            log.evaluation(2, Split.TEST, new Metrics(Map.of("loss", 9.0)));
        }
        Files.write(file, new byte[] {'{', '"', (byte) 0xc3}, StandardOpenOption.APPEND);
        try (MetricsLog log = new MetricsLog(file, 2)) {
            assertThat(log.lastValidation()).isEqualTo(new Metrics(Map.of("loss", 0.25)));
            log.step(report(3, Map.of()), 3);
        }
        assertThat(Files.readAllLines(file))
                .hasSize(5)
                .allMatch(line -> line.startsWith("{\"step\":") && line.endsWith("}"))
                .noneMatch(line -> line.contains("test"))
                .last()
                .asString()
                .startsWith("{\"step\":3,");
    }

    private static StepReport report(long step, Map<String, Double> auxiliary) {
        return new StepReport(step, 9, 0.25, auxiliary, 0.1, 2, 10, Duration.ZERO, "");
    }
}
