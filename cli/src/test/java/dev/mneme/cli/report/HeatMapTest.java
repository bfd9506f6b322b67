package dev.mneme.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class HeatMapTest {
    @Test
    void shadesAreSharesOfTheLargestValue() {
        String html = new HeatMap(
                        "map", "rows", "columns", List.of("a", "b"), List.of("m1"), new double[][] {{0.5}, {0.25}})
                .render()
                .html();

        assertThat(html)
                .contains("fill-opacity=\"1.00\"><title>a, m1: 0.500</title>")
                .contains("fill-opacity=\"0.50\"><title>b, m1: 0.250</title>")
                .contains("aria-label=\"map: rows by columns, 2 by 1, darkest cell 0.500\"");
    }

    @Test
    void mapOfZerosHasNoCells() {
        assertThat(new HeatMap("m", "r", "c", List.of("a"), List.of("b"), new double[][] {{0}})
                        .render()
                        .html())
                .doesNotContain("class=\"cell\"");
    }

    @Test
    void longLabelsAreCut() {
        assertThat(new HeatMap("m", "r", "c", List.of("wonderful"), List.of("b"), new double[][] {{1}})
                        .render()
                        .html())
                .contains(">wonde\u2026</text>");
    }

    @Test
    void labelsMustFitTheValues() {
        assertThatThrownBy(() -> new HeatMap("m", "r", "c", List.of("a"), List.of("b", "c"), new double[][] {{1}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 row and 2 column labels");
    }
}
