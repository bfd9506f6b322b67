package dev.mneme.error;

/** What kind of promise was broken. The name is the first word of every message and the anchor of its page in docs/errors.md. */
public enum ErrorCode {
    /** A key is unknown, or a value is of the wrong type or out of range. */
    CONFIG_INVALID(true),
    /** A task, memory or engine of that name does not exist. */
    NAME_UNKNOWN(true),
    /** A data set, text file or tokenizer cannot be read or fetched. */
    DATA_UNREADABLE(true),
    /** Tensor shapes do not fit an operation or an SPI call. */
    SHAPE_MISMATCH(false),
    /** A tensor has another element type than the operation accepts. */
    DTYPE_MISMATCH(false),
    /** A tensor was used after its scope or it itself was closed. */
    TENSOR_CLOSED(false),
    /** The engine refused an operation for another reason; its own words are in the message. */
    ENGINE_FAILED(false),
    /** The engine's device, or the machine, has not the memory that an operation asks for. */
    MEMORY_EXHAUSTED(true),
    /** No engine works on this machine, or the one asked for does not. */
    ENGINE_UNAVAILABLE(true),
    /** A plugin jar was rejected. */
    PLUGIN_REJECTED(true),
    /** A plugin broke a rule of the SPI while running. */
    PLUGIN_MISBEHAVED(false),
    /** Another process kept the plugin folder locked for as long as this one was willing to wait. */
    PLUGIN_BUSY(true),
    /** No repository has the plugin of these coordinates, or it could not be fetched. */
    PLUGIN_UNRESOLVED(true),
    /** A loss, state or gradient is not finite. */
    NUMERIC_NOT_FINITE(true),
    /** A checkpoint or state file is corrupt, truncated or of another kind. */
    CHECKPOINT_INVALID(true),
    /** A file could not be read or written. */
    FILE_FAILED(true),
    /** A saved session belongs to another model, or was written by a newer version. */
    SESSION_MISMATCH(true),
    /** The queue of a session pool stayed full for as long as its callers are willing to wait. */
    SESSION_BUSY(true),
    /** A session or its pool was closed before a request was answered. */
    SESSION_CLOSED(true),
    /** A thread was interrupted while it waited. */
    INTERRUPTED(true);

    private final boolean userError;

    ErrorCode(boolean userError) {
        this.userError = userError;
    }

    /** Whether the message alone helps the user, so that no stack trace is shown. */
    public boolean isUserError() {
        return userError;
    }
}
