package dev.mneme.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.memory.MemoryView.Axis;
import dev.mneme.memory.MemoryView.Kind;
import dev.mneme.memory.MemoryView.Panel;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryViewTest {
    private static final Axis SLOTS = Axis.numbered("slots", "m", 2);

    @Test
    void panelsCannotBeChangedFromOutside() {
        float[] values = {1, 2};
        Panel panel = new Panel("one", values);
        values[0] = 7;
        panel.values()[1] = 7;

        assertThat(panel.values()).containsExactly(1, 2);
    }

    @Test
    void panelsFitTheAxes() {
        assertThatThrownBy(() -> view(Kind.HEAT_MAP, Axis.range("t", 0, 1, 3), new Panel("one", new float[5])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("view 'Reads', panel 'one': 5 values for 2 rows and 3 columns");
    }

    @Test
    void valuesAreFinite() {
        Panel panel = new Panel("one", new float[] {0, 0, 0, 0, Float.POSITIVE_INFINITY, 0});

        assertThatThrownBy(() -> view(Kind.HEAT_MAP, Axis.range("t", 0, 1, 3), panel))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("view 'Reads', panel 'one': value Infinity in row 1, column 1");
    }

    @Test
    void aTimelineHasOneColumn() {
        assertThat(view(Kind.TIMELINE, Axis.now(), new Panel("one", new float[2]))
                        .panels())
                .hasSize(1);
        assertThatThrownBy(() -> view(Kind.TIMELINE, SLOTS, new Panel("one", new float[4])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a timeline with 2 columns");
    }

    @Test
    void axesHaveALabelForEachPlaceOrNone() {
        assertThat(SLOTS.labels()).containsExactly("m1", "m2");
        assertThat(Axis.range("t", 0, 1, 5).labels()).isEmpty();
        assertThatThrownBy(() -> new Axis("slots", List.of("m1"), 0, 1, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("axis 'slots' has 2 places, but 1 labels");
    }

    private static MemoryView view(Kind kind, Axis columns, Panel panel) {
        return new MemoryView("Reads", "Who reads what.", kind, SLOTS, columns, List.of(panel));
    }
}
