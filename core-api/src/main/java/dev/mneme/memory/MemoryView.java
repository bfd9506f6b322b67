package dev.mneme.memory;

import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One picture of what a memory did in one segment of one stream: plain numbers on the host, which say nothing of how they
 * are drawn. A view has the same title, explanation, kind and panel names in every segment that has it.
 *
 * @param title what is shown, short; tells the views of a mechanism apart
 * @param explanation one or two sentences for somebody who knows transformers but not this mechanism
 * @param kind how rows and columns are meant
 * @param rows of every panel
 * @param columns of every panel
 * @param panels at least one, of one size, to choose between or to average over: layers, heads
 */
public record MemoryView(String title, String explanation, Kind kind, Axis rows, Axis columns, List<Panel> panels) {
    /** How the numbers of a panel are meant. */
    public enum Kind {
        /** A matrix of weights. */
        HEAT_MAP,
        /** One curve a row over the columns. */
        LINES,
        /** One density a row over the columns, whose axis has a range: a value times the columns' distance is a share. */
        DENSITY,
        /** One number a row and a single column: a point of curves that run over the segments. */
        TIMELINE
    }

    /**
     * One side of a panel.
     *
     * @param name what the places are, such as {@code slots}
     * @param labels one a place, or none where places are numbers
     * @param first number of the first place; 0 with labels
     * @param last number of the last place; places between are at equal distances
     * @param size number of places
     */
    public record Axis(String name, List<String> labels, double first, double last, int size) {
        public Axis {
            labels = List.copyOf(labels);
            if (!labels.isEmpty() && labels.size() != size) {
                throw new IllegalArgumentException(
                        "axis '" + name + "' has " + size + " places, but " + labels.size() + " labels");
            }
        }

        /** Places with a label each, at least one. */
        public static Axis labelled(String name, List<String> labels) {
            return new Axis(name, labels, 0, labels.size() - 1.0, labels.size());
        }

        /** Places {@code m1, m2, ..} for the prefix {@code m}. */
        public static Axis numbered(String name, String prefix, int size) {
            return labelled(name, numbers(prefix, size));
        }

        /** Labels {@code m1, m2, ..} for the prefix {@code m}. */
        public static List<String> numbers(String prefix, int size) {
            return IntStream.rangeClosed(1, size).mapToObj(i -> prefix + i).toList();
        }

        /** Evenly spaced numbers, both ends included. */
        public static Axis range(String name, double first, double last, int size) {
            return new Axis(name, List.of(), first, last, size);
        }

        /** The only column of a {@link Kind#TIMELINE}. */
        public static Axis now() {
            return labelled("segment", List.of("now"));
        }
    }

    /**
     * The numbers of one choice.
     *
     * @param name such as {@code layer 1, head 2}
     * @param values (rows, columns), row by row, finite
     */
    public record Panel(String name, float[] values) {
        public Panel {
            values = values.clone();
        }

        /** A copy. */
        @Override
        public float[] values() {
            return values.clone();
        }

        /** The values of a tensor of any shape and numeric type, which stays the caller's. */
        public static Panel of(String name, Tensor tensor) {
            double[] exact = tensor.toDoubles();
            float[] values = new float[exact.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) exact[i];
            }
            return new Panel(name, values);
        }

        /** What a panel shows of one head. */
        @FunctionalInterface
        public interface OfHead {
            /**
             * The numbers of one head.
             *
             * @param layer from 0
             * @param seen what the layer's module showed, heads first
             * @param head from 0
             * @return (rows, columns)
             */
            float[] values(int layer, Observation.Numbers seen, int head);
        }

        /** A panel a layer and head, named {@code layer 1, head 2}. */
        public static List<Panel> perHead(List<Observation.Numbers> layers, OfHead cut) {
            List<Panel> panels = new ArrayList<>();
            for (int layer = 0; layer < layers.size(); layer++) {
                Observation.Numbers seen = layers.get(layer);
                for (int head = 0; head < seen.size(0); head++) {
                    String name = "layer " + (layer + 1) + ", head " + (head + 1);
                    panels.add(new Panel(name, cut.values(layer, seen, head)));
                }
            }
            return Collections.unmodifiableList(panels);
        }
    }

    /**
     * Checks that everything fits.
     *
     * @throws IllegalArgumentException naming the view and the panel that does not
     */
    public MemoryView {
        panels = List.copyOf(panels);
        if (title.isBlank() || explanation.isBlank() || panels.isEmpty()) {
            throw new IllegalArgumentException("view '" + title + "' needs a title, an explanation and a panel");
        }
        if (kind == Kind.TIMELINE && columns.size() != 1) {
            throw new IllegalArgumentException(
                    "view '" + title + "' is a timeline with " + columns.size() + " columns; it has one a segment");
        }
        for (Panel panel : panels) {
            check(title, panel, rows.size(), columns.size());
        }
    }

    private static void check(String title, Panel panel, int rows, int columns) {
        // The panel's own array: the accessor copies.
        float[] values = panel.values;
        if (values.length != (long) rows * columns) {
            throw new IllegalArgumentException("view '" + title + "', panel '" + panel.name() + "': " + values.length
                    + " values for " + rows + " rows and " + columns + " columns");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new IllegalArgumentException("view '" + title + "', panel '" + panel.name() + "': value "
                        + values[i] + " in row " + i / columns + ", column " + i % columns);
            }
        }
    }
}
