package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class ProcessExitTest {
    /** Leaves with status 3 while a worker is inside one native call that lasts seconds. */
    static final class Interrupted {
        public static void main(String[] arguments) throws Exception {
            TensorBackend backend = TorchBackend.cpu(new EngineOptions(1));
            CountDownLatch differentiating = new CountDownLatch(1);
            Thread worker = new Thread(() -> {
                try (TensorScope scope = backend.scope()) {
                    Tensor x = backend.ones(Shape.of(512, 512), DType.F32).variable();
                    Tensor y = x;
                    for (int i = 0; i < 3000; i++) {
                        y = y.mul(0.5).tanh();
                    }
                    Tensor loss = y.sum();
                    differentiating.countDown();
                    backend.gradients(List.of(loss), List.of(x), Collections.singletonList((Tensor) null));
                }
            });
            worker.setDaemon(true);
            worker.start();
            differentiating.await();
            System.exit(3);
        }
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void leavingDuringAnOperationKeepsTheExitStatus() throws Exception {
        ChildJvm child = new ChildJvm(Interrupted.class);
        String output = child.run();
        assertThat(child.status()).as(output).isEqualTo(3);
    }
}
