package dev.mneme.cli;

import dev.mneme.runtime.train.Trainer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets training save a checkpoint when the user interrupts it or the system asks the process to end. */
final class StopOnInterrupt implements AutoCloseable {
    /** Longer, and those who end processes lose their patience. */
    private static final long SECONDS = 20;

    private static final Logger log = LoggerFactory.getLogger(StopOnInterrupt.class);

    private final CountDownLatch saved = new CountDownLatch(1);
    private final Thread hook;

    StopOnInterrupt(Trainer trainer) {
        hook = new Thread(
                () -> {
                    trainer.requestStop();
                    try {
                        if (!saved.await(SECONDS, TimeUnit.SECONDS)) {
                            System.err.println("mneme: the run could not be ended in time");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "save-on-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        saved.countDown();
        if (!hook.isAlive()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                log.debug("the process is ending; the hook finds the latch open", e);
            }
        }
    }
}
