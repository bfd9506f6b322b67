package dev.mneme.cli;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finishes work when the user interrupts it or the system asks the process to end, also while it waits for input. */
final class FinishOnInterrupt implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(FinishOnInterrupt.class);

    private final Thread hook;

    /**
     * Waits for an interrupt.
     *
     * @param finish run on another thread while the work may be waiting; must be safe to be called after it is done
     */
    FinishOnInterrupt(Runnable finish) {
        hook = new Thread(
                () -> {
                    try {
                        finish.run();
                    } catch (RuntimeException e) {
                        System.err.println("mneme: " + e.getMessage());
                    }
                },
                "finish-on-interrupt");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            log.debug("the process is ending; the work is finished already", e);
        }
    }
}
