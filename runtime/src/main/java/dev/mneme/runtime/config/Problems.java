package dev.mneme.runtime.config;

import dev.mneme.config.ConfigurationProblems;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Gathers everything that is wrong with a configuration, so that it is told at once. */
final class Problems {
    private final List<String> sentences = new ArrayList<>();
    private final List<MnemeException> refusals = new ArrayList<>();

    void add(String sentence) {
        sentences.add(sentence);
    }

    /** The supplier's value, or the fallback after noting what was wrong with it. */
    <T> T collect(T fallback, Supplier<? extends T> value) {
        try {
            return value.get();
        } catch (ConfigurationProblems e) {
            sentences.addAll(e.problems());
        } catch (MnemeException e) {
            if (e.code() != ErrorCode.NAME_UNKNOWN && e.code() != ErrorCode.PLUGIN_REJECTED) {
                throw e;
            }
            refusals.add(e);
            sentences.add(
                    String.valueOf(e.getMessage()).substring(e.code().name().length() + 2));
        }
        return fallback;
    }

    /** Throws if anything is wrong: the refusal of a name if that is all, otherwise the numbered list. */
    void check() {
        if (refusals.size() == 1 && sentences.size() == 1) {
            throw refusals.get(0);
        }
        if (!sentences.isEmpty()) {
            throw new ConfigurationProblems(sentences);
        }
    }
}
