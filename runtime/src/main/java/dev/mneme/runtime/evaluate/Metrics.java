package dev.mneme.runtime.evaluate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Named numbers of one evaluation, in a fixed order; what does not apply to a task is absent.
 *
 * <ul>
 *   <li>{@code loss}: mean cross entropy of a label, in nats
 *   <li>{@code accuracy}: share of labels that have the highest logit
 *   <li>{@code exact}: share of sequences whose labels all have; not for streams
 *   <li>{@code chance}: the best accuracy without a memory, where the task knows it
 *   <li>{@code perplexity}: exp(loss)
 *   <li>{@code bits_per_byte}: of text
 *   <li>{@code labels}: how many were scored
 *   <li>and what the task makes of generated targets, such as {@code bleu}
 * </ul>
 */
public record Metrics(Map<String, Double> values) {
    public static final String LOSS = "loss";
    public static final String ACCURACY = "accuracy";
    public static final String EXACT = "exact";
    public static final String CHANCE = "chance";
    public static final String PERPLEXITY = "perplexity";
    public static final String BITS_PER_BYTE = "bits_per_byte";
    public static final String LABELS = "labels";

    public Metrics {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public double loss() {
        return values.getOrDefault(LOSS, Double.NaN);
    }

    public double accuracy() {
        return values.getOrDefault(ACCURACY, Double.NaN);
    }

    public OptionalDouble get(String name) {
        Double value = values.get(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** For example {@code loss 0.6931, accuracy 0.5000}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> String.format(Locale.ROOT, "%s %.4f", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
