package dev.mneme.cli.stream;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/** Writes scores as they come: columns for people, a line of JSON each for programs. */
public final class SurpriseWriter implements Consumer<Surprise> {
    private static final String RED = "\033[1;31m";
    private static final String PLAIN = "\033[0m";

    private final Console console;
    private final Surprises.Unit unit;
    private final boolean markedOnly;
    private final boolean colours;
    private final int top;
    private final PriorityQueue<Surprise> highest =
            new PriorityQueue<>(Comparator.comparingDouble(Surprise::bits).thenComparing(Surprise::number));

    /**
     * Makes a writer.
     *
     * @param markedOnly whether the others are left out
     * @param colours whether marks are shown in colour as well
     * @param top how many of the highest scores are kept for {@link #highest}
     */
    public SurpriseWriter(Console console, Surprises.Unit unit, boolean markedOnly, boolean colours, int top) {
        this.console = console;
        this.unit = unit;
        this.markedOnly = markedOnly;
        this.colours = colours;
        this.top = top;
    }

    @Override
    public void accept(Surprise surprise) {
        if (!Double.isNaN(surprise.bits())) {
            highest.add(surprise);
            if (highest.size() > top) {
                highest.remove();
            }
        }
        if (surprise.marked() || !markedOnly) {
            console.event(text(surprise), toMap(surprise));
        }
    }

    /** The highest scores of this call, highest first. */
    public List<Surprise> highest() {
        List<Surprise> result = new ArrayList<>(highest);
        result.sort(highest.comparator().reversed());
        return result;
    }

    /** For programs. */
    public Map<String, Object> toMap(Surprise surprise) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(unit.name().toLowerCase(Locale.ROOT), surprise.number());
        map.put("bits", surprise.bits());
        map.put("running_bits", surprise.runningBits());
        map.put("perplexity", surprise.sum().perplexity());
        map.put("running_perplexity", surprise.runningPerplexity());
        map.put("tokens", surprise.sum().tokens());
        map.put("z", surprise.z());
        map.put("marked", surprise.marked());
        map.put("text", surprise.text());
        return map;
    }

    /** For people. */
    public String text(Surprise surprise) {
        String line = String.format(
                Locale.ROOT,
                "%s %7s %7s %6s  %s",
                surprise.marked() ? "!" : " ",
                number(surprise.bits(), 3),
                number(surprise.runningBits(), 3),
                number(surprise.z(), 1),
                surprise.text());
        return surprise.marked() && colours ? RED + line + PLAIN : line;
    }

    /** What the columns of {@link #text} are. */
    public String headings(boolean perByte) {
        String bits = perByte ? "bits/B" : "bits/tok";
        return String.format(
                Locale.ROOT,
                "  %7s %7s %6s  %s",
                bits,
                "running",
                "z",
                unit.name().toLowerCase(Locale.ROOT));
    }

    private static String number(double value, int digits) {
        return Double.isNaN(value) ? Quantity.number(value) : String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
