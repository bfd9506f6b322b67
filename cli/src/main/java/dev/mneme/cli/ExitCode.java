package dev.mneme.cli;

import dev.mneme.error.ErrorCode;

/** What the command tells its caller. */
final class ExitCode {
    static final int OK = 0;
    /** The run failed, or an expectation did not hold. */
    static final int FAILED = 1;
    /** What was asked for makes no sense: an unknown option, name or key, a value out of range. */
    static final int USAGE = 2;

    private ExitCode() {}

    static int of(ErrorCode code) {
        return switch (code) {
            case CONFIG_INVALID, NAME_UNKNOWN -> USAGE;
            default -> FAILED;
        };
    }
}
