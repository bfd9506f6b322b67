package dev.mneme.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.memory.MemoryView;
import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ViewLimitTest {
    @Test
    void whatIsSmallStaysAsItIs() {
        MemoryView view = view(Kind.HEAT_MAP, 4, 6, 1);
        ViewLimit limit = new ViewLimit(64);

        assertThat(limit.reduce(List.of(view)).get(0).panels().get(0).values())
                .containsExactly(view.panels().get(0).values());
        assertThat(limit.notes()).isEmpty();
    }

    @Test
    void largeMatricesAreAveraged() {
        MemoryView view = view(Kind.HEAT_MAP, 97, 193, 1);
        ViewLimit limit = new ViewLimit(1);

        MemoryView reduced = limit.reduce(List.of(view)).get(0);

        assertThat(reduced.rows().size()).isEqualTo(49);
        assertThat(reduced.columns().size()).isEqualTo(97);
        assertThat(reduced.rows().labels().get(1)).isEqualTo("m3\u2026");
        // Values count up row by row: 0, 1, 193, 194.
        assertThat(reduced.panels().get(0).values()[0]).isEqualTo(97);
        // The last row and column have one neighbour less each.
        assertThat(reduced.panels().get(0).values()[49 * 97 - 1]).isEqualTo(97 * 193 - 1);
        assertThat(limit.notes()).containsEntry(view.title(), "Each cell is the mean of 2 by 2 places.");
    }

    @Test
    void curvesKeepTheirPlaces() {
        MemoryView view = new MemoryView(
                "Curve",
                "One.",
                Kind.LINES,
                Axis.labelled("one", List.of("one")),
                Axis.range("t", 0, 1024, 1025),
                List.of(new Panel("one", new float[1025])));

        Axis columns = new ViewLimit(1).reduce(List.of(view)).get(0).columns();

        // Three places become one, at the middle one of them.
        assertThat(columns.size()).isEqualTo(342);
        assertThat(columns.first()).isEqualTo(1);
        assertThat(columns.last()).isEqualTo(1 + 341 * 3);
    }

    @Test
    void aPageStaysBelowItsLimitWhateverComes() {
        ViewLimit limit = new ViewLimit(10, 10_000);

        List<MemoryView> reduced = limit.reduce(List.of(view(Kind.HEAT_MAP, 64, 64, 100)));

        long cells = reduced.get(0).panels().stream()
                .mapToLong(panel -> panel.values().length)
                .sum();
        assertThat(cells).isBetween(300L, 1000L);
        assertThat(limit.notes().get("Matrix")).contains("8 by 8").contains("The first 12 of 100 panels are kept");
        assertThat(limit.reduce(List.of(view(Kind.HEAT_MAP, 8, 8, 1)))
                        .get(0)
                        .rows()
                        .size())
                .isEqualTo(8);
    }

    private static MemoryView view(Kind kind, int rows, int columns, int panels) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return new MemoryView(
                "Matrix",
                "Counts.",
                kind,
                Axis.numbered("slots", "m", rows),
                Axis.numbered("tokens", "t", columns),
                IntStream.range(0, panels)
                        .mapToObj(i -> new Panel("panel " + i, values))
                        .toList());
    }
}
