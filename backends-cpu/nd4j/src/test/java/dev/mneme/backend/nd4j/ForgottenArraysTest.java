package dev.mneme.backend.nd4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.factory.Nd4j;

/** A Deeplearning4j program may open the engine before anything else. */
final class ForgottenArraysTest {
    private static final int ARRAYS = 300;
    private static final int ELEMENTS = 2_000_000;

    /** Makes 2.4 GB of arrays and closes none of them. */
    static final class Forgetting {
        public static void main(String[] arguments) {
            try (TensorBackend backend = new Nd4jEngineProvider().open(new EngineOptions(1))) {
                long highest = 0;
                for (int i = 0; i < ARRAYS; i++) {
                    Nd4j.ones(ELEMENTS);
                    if (i % 10 == 0) {
                        System.gc();
                        highest = Math.max(highest, Pointer.physicalBytes());
                    }
                }
                System.out.println(
                        "most=" + (highest >> 20) + " " + backend.info().name());
            }
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void arraysThatAProgramForgetsAreCollected() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-XX:ErrorFile=/dev/null",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Forgetting.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("nd4j");
        long megabytes = Long.parseLong(output.replaceAll("(?s).*most=(\\d+).*", "$1"));
        assertThat(megabytes).isLessThan(1500);
    }
}
