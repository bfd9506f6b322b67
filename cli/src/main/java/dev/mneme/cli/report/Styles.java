package dev.mneme.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Style sheets of the jar. */
enum Styles {
    /** Colours, and what charts need. */
    CHART("chart.css"),
    /** Everything else on a page; uses the colours of {@link #CHART}. */
    PAGE("report.css");

    private final String file;

    Styles(String file) {
        this.file = file;
    }

    String text() {
        try (InputStream in = Styles.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
