package dev.mneme.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.backend.libtorch.LibTorchEngineProvider;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where the natives for GPUs are on the class path and cannot work, those for the CPU load, none of the others, and the
 * processor computes. JavaCPP left alone would try the others first and mix both builds, which ends the process.
 */
final class UnusableNativesTest {
    /** The processor's engine where both builds are on the class path. */
    static final class Computing {
        public static void main(String[] arguments) {
            try (TensorBackend engine = new LibTorchEngineProvider().open(new EngineOptions(1));
                    Tensor ones = engine.ones(Shape.of(3), DType.F32);
                    Tensor sum = ones.sum()) {
                System.out.println("sum " + sum.item());
            }
            System.out.println(new LibTorchCudaEngineProvider(new SystemProbe()).availability());
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void processorComputesBesideThem(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(
                CudaDiagnosis.missing(new SystemProbe()).isPresent(), "this machine can load natives for GPUs");
        Path natives = Files.createDirectories(folder.resolve("classes/org/bytedeco/pytorch/linux-x86_64-gpu"));
        for (String library : List.of("libc10.so", "libtorch_cpu.so", "libtorch_cuda.so", "libjnitorch.so")) {
            Files.writeString(natives.resolve(library), "no library");
        }
        Path cache = folder.resolve("cache");

        String said = run(cache, folder.resolve("classes"));

        assertThat(said).contains("sum 3.0").contains("Unavailable[reason=").doesNotContain("invalid ELF header");
        assertThat(cache)
                .isDirectoryNotContaining("glob:**-gpu*")
                .isDirectoryRecursivelyContaining("glob:**libjnitorch*");
    }

    private static String run(Path cache, Path before) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                        "-cp",
                        before + File.pathSeparator + System.getProperty("java.class.path"),
                        Computing.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
