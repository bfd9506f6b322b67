package dev.mneme.cli.bench;

import java.util.Locale;
import java.util.regex.Pattern;

/** Finds the words that matter in what a failed process said. */
final class FailureReason {
    /** For processes that memory did not suffice for, whoever noticed. */
    static final String OUT_OF_MEMORY = "out of memory";

    /** 128 + SIGKILL: what the kernel sends when memory runs out. */
    private static final int KILLED = 137;

    private static final int LONGEST = 200;
    private static final Pattern NO_MEMORY = Pattern.compile(
            "out of memory|outofmemory|bad_alloc|(can't|cannot|failed to|could not) allocate|insufficient memory");

    private FailureReason() {}

    /**
     * One line.
     *
     * @param message the command's own, may be empty
     * @param errors its standard error
     */
    static String of(int exitCode, String message, String errors) {
        String all = (message + "\n" + errors).toLowerCase(Locale.ROOT);
        if (exitCode == KILLED || NO_MEMORY.matcher(all).find()) {
            return OUT_OF_MEMORY;
        }
        String said = message.isBlank()
                ? lastLine(errors)
                : message.replaceAll("\\s+", " ").strip();
        String text = said.isBlank() ? "ended with exit code " + exitCode : said;
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }

    private static String lastLine(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .reduce((first, second) -> second)
                .orElse("");
    }
}
