package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class NativeEnvironmentTest {
    /** A program that embeds the engine and knows nothing of OpenMP. */
    static final class Embedding {
        public static void main(String[] arguments) {
            try (TensorBackend backend = new LibTorchEngineProvider().open(new EngineOptions(1))) {
                System.out.println(backend.info().details().get("OpenMP wait policy"));
                System.out.println(System.getProperty("org.bytedeco.javacpp.nopointergc"));
            }
        }
    }

    /** The OpenMP runtime itself says what it found in its environment when it was loaded. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void anEmbeddingProgramGetsPassiveWaiting() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Embedding.class.getName())
                .redirectErrorStream(true);
        builder.environment().remove("OMP_WAIT_POLICY");
        builder.environment().put("OMP_DISPLAY_ENV", "TRUE");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("PASSIVE (set in this process)")
                .contains("true")
                .containsPattern("OMP_WAIT_POLICY = 'PASSIVE'");
    }
}
