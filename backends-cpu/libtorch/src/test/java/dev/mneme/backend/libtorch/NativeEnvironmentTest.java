package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import dev.mneme.backend.libtorch.NativeEnvironment.CLibrary;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

    /** Prints which native libraries of LibTorch are in the cache before and after it loads. */
    static final class Unpacking {
        public static void main(String[] arguments) throws IOException {
            NativeEnvironment.prepare();
            System.out.println("unpacked " + cached());
            System.out.println(new LibTorchEngineProvider().availability());
            System.out.println("loaded " + cached());
        }

        private static List<String> cached() throws IOException {
            try (Stream<Path> files = Files.walk(Loader.getCacheDir().toPath())) {
                return files.map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> name.startsWith("libtorch"))
                        .sorted()
                        .toList();
            }
        }
    }

    /** Else the first start would take another LibTorch of the system where there is one. */
    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void kernelsAreUnpackedBeforeTheLibraryThatAsksForThem(@TempDir Path cache) throws Exception {
        ChildJvm child = new ChildJvm(Unpacking.class);
        child.environment().put("JAVA_TOOL_OPTIONS", "-Dorg.bytedeco.javacpp.cachedir=" + cache);
        assertThat(child.run())
                .contains("unpacked [libtorch_cpu.so]")
                .contains("Available[")
                .contains("loaded [libtorch.so, libtorch_cpu.so]");
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

    @Test
    void aRefusedSettingIsReportedWithItsRemedy() {
        CLibrary c = mock(CLibrary.class);
        when(c.setenv("OMP_WAIT_POLICY", "PASSIVE", 0)).thenReturn(-1);
        assertThat(NativeEnvironment.choosePassiveWaiting(c, null))
                .isEqualTo("not set: setenv failed; put OMP_WAIT_POLICY=PASSIVE into the environment for full speed");
    }

    @Test
    void whatTheUserSetIsLeftAlone() {
        CLibrary c = mock(CLibrary.class);
        assertThat(NativeEnvironment.choosePassiveWaiting(c, "ACTIVE")).isEqualTo("ACTIVE (from the environment)");
        verify(c, never()).setenv(eq("OMP_WAIT_POLICY"), anyString(), anyInt());
        verify(c).setenv("OPENBLAS_THREAD_TIMEOUT", "6", 0); // the last argument: do not overwrite
    }
}
