package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.TensorBackend;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ProcessExitTest {
    /** Uses the engine and leaves with status 3. */
    static final class Leaving {
        public static void main(String[] arguments) {
            TensorBackend backend = TorchBackend.cpu(new EngineOptions(1));
            backend.arange(0, 3).close();
            System.exit(3);
        }
    }

    /** The dynamic linker reports which libraries' destructors it calls. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void leavingRunsNoDestructorsOfLibTorch() throws Exception {
        ChildJvm child = new ChildJvm(Leaving.class);
        child.environment().put("LD_DEBUG", "files");
        String output = child.run();
        assertThat(child.status()).isEqualTo(3);
        assertThat(output).containsPattern("calling init: .*libtorch_cpu");
        assertThat(output.lines().filter(line -> line.contains("calling fini") && line.contains("libtorch")))
                .isEmpty();
    }
}
