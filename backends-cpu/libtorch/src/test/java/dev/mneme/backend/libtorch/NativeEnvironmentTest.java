package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.io.File;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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

    /** Asks for the engine where its natives are missing. */
    static final class Asking {
        public static void main(String[] arguments) {
            System.out.println(new LibTorchEngineProvider().availability());
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void withoutNativesTheEngineSaysWhatIsMissing() throws Exception {
        String withoutNatives = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.matches(".*pytorch-[^/]*-linux-x86_64\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(new ChildJvm(Asking.class, withoutNatives).run())
                .contains("Unavailable[reason=LibTorch does not load: ")
                .contains("jnitorch")
                .contains("classifier");
    }

    /** The OpenMP runtime itself says what it found in its environment when it was loaded. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void anEmbeddingProgramGetsPassiveWaiting() throws Exception {
        ChildJvm child = new ChildJvm(Embedding.class);
        child.environment().remove("OMP_WAIT_POLICY");
        child.environment().put("OMP_DISPLAY_ENV", "TRUE");
        assertThat(child.run())
                .contains("PASSIVE (set in this process)")
                .contains("true")
                .containsPattern("OMP_WAIT_POLICY = 'PASSIVE'");
    }
}
