package dev.mneme.cli.compare;

import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the run of a comparison that was killed, which saves and ends when it notices. */
final class FreeFolder {
    private static final Logger log = LoggerFactory.getLogger(FreeFolder.class);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private FreeFolder() {}

    /** Returns when nobody trains in the folder, or after a while, when whoever trains there next says so. */
    static void await(Path folder) {
        long start = System.nanoTime();
        while (Files.isDirectory(folder) && !isFree(folder)) {
            if (System.nanoTime() - start > LONGEST.toNanos()) {
                return;
            }
            try {
                Thread.sleep(PAUSE.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static boolean isFree(Path folder) {
        try (RunFolder.Lock lock = RunFolder.create(folder).lock()) {
            return true;
        } catch (MnemeException e) {
            log.debug("{} is in use", folder, e);
            return false;
        }
    }
}
