package dev.mneme.cli;

import dev.mneme.runtime.train.Trainer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Lets training save a checkpoint when the user interrupts it or the system asks the process to end. */
final class StopOnInterrupt implements AutoCloseable {
    /** Longer, and those who end processes lose their patience. */
    private static final long SECONDS = 20;

    private final CountDownLatch saved = new CountDownLatch(1);
    private final Thread hook;

    StopOnInterrupt(Trainer trainer) {
        hook = new Thread(
                () -> {
                    trainer.requestStop();
                    try {
                        if (!saved.await(SECONDS, TimeUnit.SECONDS)) {
                            System.err.println("mneme: no checkpoint could be saved in time");
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
                // The process is ending and the hook is about to run; it will find the latch open.
                return;
            }
        }
    }
}
