package dev.mneme.cli.inspect;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps a page to a size that browsers open at once: large views are averaged over neighbouring places, and where they are
 * still too many, the last panels are left out. Limits tighten when larger views come up and never loosen. Not thread-safe.
 */
public final class ViewLimit {
    private static final int PAGE_CELLS = 3_000_000;
    private static final int MOST_ROWS = 96;
    private static final int MOST_COLUMNS = 192;
    private static final int LEAST = 8;
    /** Points of a curve, as many as its picture has room for. */
    private static final int MOST_POINTS = 512;

    private final long segmentCells;
    private final Map<String, String> notes = new LinkedHashMap<>();
    private int rows = MOST_ROWS;
    private int columns = MOST_COLUMNS;
    private int panels = Integer.MAX_VALUE;

    /** For a page of this many segments. */
    public ViewLimit(int segments) {
        this(segments, PAGE_CELLS);
    }

    ViewLimit(int segments, int pageCells) {
        segmentCells = Math.max(1, pageCells / segments);
    }

    /** How views that were reduced are smaller, by title. */
    public Map<String, String> notes() {
        return Map.copyOf(notes);
    }

    /** The views of one segment, small enough. */
    public List<MemoryView> reduce(List<MemoryView> views) {
        while (cells(views) > segmentCells && (rows > LEAST || columns > LEAST)) {
            rows = Math.max(LEAST, rows * 3 / 4);
            columns = Math.max(LEAST, columns * 3 / 4);
        }
        while (cells(views) > segmentCells && panels > 1) {
            int most =
                    views.stream().mapToInt(view -> view.panels().size()).max().orElse(1);
            panels = Math.max(1, Math.min(panels, most) / 2);
        }
        return views.stream().map(this::reduce).toList();
    }

    private long cells(List<MemoryView> views) {
        return views.stream()
                .mapToLong(view -> (long) Math.min(panels, view.panels().size())
                        * groups(view.rows().size(), group(view, true))
                        * groups(view.columns().size(), group(view, false)))
                .sum();
    }

    /** How many places become one; curves and rows of timelines stay apart. */
    private int group(MemoryView view, boolean ofRows) {
        boolean isWhole = ofRows ? view.kind() != Kind.HEAT_MAP : view.kind() == Kind.TIMELINE;
        int size = ofRows ? view.rows().size() : view.columns().size();
        int most = view.kind() != Kind.HEAT_MAP ? MOST_POINTS : ofRows ? rows : columns;
        return isWhole ? 1 : Math.max(1, groups(size, most));
    }

    private static int groups(int size, int group) {
        return (size + group - 1) / group;
    }

    private MemoryView reduce(MemoryView view) {
        int rowGroup = group(view, true);
        int columnGroup = group(view, false);
        List<Panel> kept =
                view.panels().subList(0, Math.min(panels, view.panels().size()));
        note(view, rowGroup, columnGroup, kept.size());
        if (rowGroup == 1 && columnGroup == 1) {
            return new MemoryView(view.title(), view.explanation(), view.kind(), view.rows(), view.columns(), kept);
        }
        List<Panel> reduced = kept.stream()
                .map(panel -> new Panel(panel.name(), means(view, panel.values(), rowGroup, columnGroup)))
                .toList();
        return new MemoryView(
                view.title(),
                view.explanation(),
                view.kind(),
                axis(view.rows(), rowGroup),
                axis(view.columns(), columnGroup),
                reduced);
    }

    private void note(MemoryView view, int rowGroup, int columnGroup, int kept) {
        List<String> parts = new ArrayList<>();
        if (rowGroup > 1 || columnGroup > 1) {
            parts.add(
                    view.kind() == Kind.HEAT_MAP
                            ? "Each cell is the mean of " + rowGroup + " by " + columnGroup + " places."
                            : "Each point is the mean of " + columnGroup + " places.");
        }
        if (kept < view.panels().size()) {
            parts.add("The first " + kept + " of " + view.panels().size() + " panels are kept.");
        }
        if (!parts.isEmpty()) {
            notes.put(view.title(), String.join(" ", parts));
        }
    }

    private static float[] means(MemoryView view, float[] values, int rowGroup, int columnGroup) {
        int columnCount = view.columns().size();
        int height = groups(view.rows().size(), rowGroup);
        int width = groups(columnCount, columnGroup);
        double[] sums = new double[height * width];
        int[] counts = new int[sums.length];
        for (int i = 0; i < values.length; i++) {
            int cell = i / columnCount / rowGroup * width + i % columnCount / columnGroup;
            sums[cell] += values[i];
            counts[cell]++;
        }
        float[] means = new float[sums.length];
        for (int cell = 0; cell < means.length; cell++) {
            means[cell] = (float) (sums[cell] / counts[cell]);
        }
        return means;
    }

    private static Axis axis(Axis axis, int group) {
        int size = groups(axis.size(), group);
        if (group == 1) {
            return axis;
        }
        if (axis.labels().isEmpty()) {
            double step = (axis.last() - axis.first()) / Math.max(1, axis.size() - 1);
            double first = axis.first() + (group - 1) / 2.0 * step;
            return Axis.range(axis.name(), first, first + (size - 1) * group * step, size);
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            labels.add(axis.labels().get(i * group) + "\u2026");
        }
        return Axis.labelled(axis.name(), labels);
    }
}
