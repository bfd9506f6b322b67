package dev.mneme.config;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.List;

/** Everything that is wrong with a configuration ({@link ErrorCode#CONFIG_INVALID}), in one numbered message. */
public final class ConfigurationProblems extends MnemeException {
    private final List<String> problems;

    /**
     * Problems as a user reads them, each beginning with its key.
     *
     * @param problems at least one
     */
    public ConfigurationProblems(List<String> problems) {
        super(ErrorCode.CONFIG_INVALID, message(problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence a problem, without numbers. */
    public List<String> problems() {
        return problems;
    }

    private static String message(List<String> problems) {
        if (problems.size() == 1) {
            return problems.get(0);
        }
        StringBuilder message = new StringBuilder(problems.size() + " problems in the configuration");
        for (int i = 0; i < problems.size(); i++) {
            message.append("\n  ").append(i + 1).append(". ").append(problems.get(i));
        }
        return message.toString();
    }
}
