package dev.mneme.error;

import org.jspecify.annotations.Nullable;

/**
 * Root of everything Mneme throws. The message says what was being done, what was expected, what was found and what to
 * do next; it starts with the {@link ErrorCode}.
 */
public class MnemeException extends RuntimeException {
    private final ErrorCode code;

    public MnemeException(ErrorCode code, String message) {
        this(code, message, null);
    }

    public MnemeException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(code + ": " + message, cause);
        this.code = code;
    }

    public final ErrorCode code() {
        return code;
    }
}
