package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.time.Duration;

/**
 * Bounds of a {@link SessionPool}.
 *
 * @param queue most requests that are waiting or being answered at a time, all sessions together
 * @param maxBatch most sessions that are run as one batch
 * @param patience how long a caller waits for a place in the queue before it is turned away
 */
public record SessionOptions(int queue, int maxBatch, Duration patience) {
    public SessionOptions {
        if (queue < 1 || maxBatch < 1 || patience.isNegative()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "sessions need a queue and a batch of at least 1 and a patience of at least 0, got queue " + queue
                            + ", batch " + maxBatch + " and patience " + patience);
        }
    }

    /** 256 requests, batches of 32, ten seconds. */
    public static SessionOptions defaults() {
        return new SessionOptions(256, 32, Duration.ofSeconds(10));
    }
}
