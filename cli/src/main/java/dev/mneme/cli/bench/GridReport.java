package dev.mneme.cli.bench;

import dev.mneme.cli.report.LineChart;
import java.util.List;
import java.util.Map;

/** What a grid of measurements says, as tables, curves and records. */
public interface GridReport {
    String title();

    /** One sentence on what was compared. */
    String summary();

    List<String> headings();

    /** What the figures of the table are. */
    default String caption() {
        return "Medians of the steps that count.";
    }

    /** Cells of the table, as many a row as there are headings. */
    List<List<String>> rows();

    /** Sentences below the table. */
    List<String> notes();

    /** Curves by file name without its ending. */
    Map<String, LineChart> charts();

    /** For {@code --json} and the record beside the report. */
    Map<String, Object> toMap();
}
