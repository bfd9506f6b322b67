package dev.mneme.cli.console;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Progress: one line that rewrites itself on a terminal, a plain line every few seconds elsewhere, so that a log file
 * stays readable. Not thread-safe.
 */
public final class LiveLine implements AutoCloseable {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final Duration PLAIN = Duration.ofSeconds(5);
    private static final String ERASE = "\r\033[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final int width;
    private final LongSupplier nanoTime;
    private boolean shown;
    private long shownAt;
    private boolean started;

    /**
     * Progress on a writer.
     *
     * @param width columns of the terminal; longer lines are cut so that they do not wrap
     * @param nanoTime clock, as {@link System#nanoTime}
     */
    LiveLine(PrintWriter out, boolean terminal, int width, LongSupplier nanoTime) {
        this.out = out;
        this.terminal = terminal;
        this.width = width;
        this.nanoTime = nanoTime;
    }

    /** Shows the text if enough time has passed since the last one. */
    public void update(String text) {
        long now = nanoTime.getAsLong();
        long interval = (terminal ? REDRAW : PLAIN).toNanos();
        if (started && now - shownAt < interval) {
            return;
        }
        started = true;
        shownAt = now;
        if (terminal) {
            out.print(ERASE + cut(text));
            shown = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Writes a line that stays. */
    public void note(String text) {
        erase();
        out.println(text);
        out.flush();
    }

    /** A bar of this many cells for a share in [0, 1]. */
    public static String bar(double share, int cells) {
        int full = (int) Math.round(Math.max(0, Math.min(1, share)) * cells);
        return "[" + "#".repeat(full) + ".".repeat(cells - full) + "]";
    }

    private String cut(String text) {
        return text.length() < width ? text : text.substring(0, Math.max(0, width - 1));
    }

    private void erase() {
        if (shown) {
            out.print(ERASE);
            shown = false;
        }
    }

    /** Removes the live line, so that what follows starts on a clean line. */
    @Override
    public void close() {
        erase();
        out.flush();
    }
}
