package dev.mneme.cli.compare;

/**
 * What a budget changed.
 *
 * @param setting dotted key
 * @param value it got
 * @param amount the model comes to with it
 */
public record Adjustment(String setting, int value, long amount) {
    /** As {@code --set} takes it. */
    String assignment() {
        return setting + "=" + value;
    }
}
