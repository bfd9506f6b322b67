package dev.mneme.tensor;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;

/**
 * How an engine is to be opened.
 *
 * @param threads threads one operation may use; at least 1
 */
public record EngineOptions(int threads) {
    public EngineOptions {
        if (threads < 1) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "threads: expected at least 1, got " + threads + ". Leave it out for all");
        }
    }

    /** One thread per processor the JVM sees. */
    public static EngineOptions defaults() {
        return new EngineOptions(Runtime.getRuntime().availableProcessors());
    }
}
