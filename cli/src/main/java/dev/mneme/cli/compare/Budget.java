package dev.mneme.cli.compare;

import dev.mneme.cli.console.Quantity;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What all mechanisms get the same amount of. Exactly one of the amounts is given.
 *
 * @param parameters trained numbers
 * @param stateBytes largest state of one stream
 * @param tolerance by which the amount may be missed, as a share; null = 1 %
 * @param adjust whole-numbered setting that is changed to come to the amount, unless a mechanism names another; null =
 *     {@code model.feed_forward} for parameters, and what the mechanism has of {@code memory.slots},
 *     {@code memory.length} and {@code memory.basis} for its state
 */
public record Budget(
        @Nullable Long parameters,
        @Nullable Long stateBytes,
        @Nullable Double tolerance,
        @Nullable String adjust) {
    private static final double TOLERANCE = 0.01;

    public Budget {
        if ((parameters == null) == (stateBytes == null)) {
            throw new IllegalArgumentException("a budget needs exactly one of parameters and state_bytes");
        }
        long amount = parameters == null ? stateBytes : parameters;
        if (amount < 1) {
            throw new IllegalArgumentException("a budget must be at least 1, got " + amount);
        }
        if (tolerance != null && !(tolerance >= 0 && tolerance < 1)) {
            throw new IllegalArgumentException(
                    "the tolerance of a budget must be a share from 0 to below 1, got " + tolerance);
        }
    }

    boolean isState() {
        return stateBytes != null;
    }

    long target() {
        if (parameters != null) {
            return parameters;
        }
        return stateBytes == null ? 0 : stateBytes;
    }

    double share() {
        return tolerance == null ? TOLERANCE : tolerance;
    }

    /** What of a model the budget is about. */
    long of(ModelSize size) {
        return isState() ? size.stateBytes() : size.parameters();
    }

    boolean holds(long amount) {
        return Math.abs(amount - target()) <= share() * target();
    }

    /** {@code parameters} or {@code state bytes}. */
    String what() {
        return isState() ? "state bytes" : "parameters";
    }

    /** How far an amount is off, such as {@code +0.31 %}. */
    String deviation(long amount) {
        return String.format(Locale.ROOT, "%+.2f %%", 100.0 * (amount - target()) / target());
    }

    /** Such as {@code 100,000 parameters, within 1.0 %}. */
    String describe() {
        return Quantity.grouped(target()) + " " + what() + ", within " + Quantity.percent(share());
    }
}
