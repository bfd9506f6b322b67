package dev.mneme.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class LineChartTest {
    @Test
    void firstAndLastPointLieOnTheAxes() {
        String html = chart(new double[] {0, 50, 100}, new double[] {2, 1, 0}).html();

        assertThat(points(html)).isEqualTo("54.0,12.0 260.0,125.0 466.0,238.0 ");
    }

    @Test
    void manyPointsAreAveragedDown() {
        double[] x = new double[10_000];
        double[] y = new double[10_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
            y[i] = i % 2;
        }

        String[] points = points(chart(x, y).html()).strip().split(" ", -1);

        assertThat(points).hasSizeBetween(200, 240);
    }

    @Test
    void valuesThatAreNotFiniteAreLeftOut() {
        String html =
                chart(new double[] {0, 1, 2}, new double[] {1, Double.NaN, 2}).html();

        assertThat(points(html).strip().split(" ", -1)).hasSize(2);
        assertThat(html).doesNotContain("NaN");
    }

    @Test
    void oneValueAloneIsDrawn() {
        assertThat(points(chart(new double[] {7}, new double[] {0}).html())).isNotBlank();
    }

    @Test
    void emptyChartSaysSo() {
        assertThat(chart(new double[0], new double[0]).html()).contains("No values were recorded");
    }

    @Test
    void descriptionNamesCurvesAndLevelsForScreenReaders() {
        String html = new LineChart("Accuracy", "step", "share")
                .with(new LineChart.Series("model", new double[] {0, 10}, new double[] {0.1, 0.9}))
                .withLevel("bound", 0.2)
                .render()
                .html();

        assertThat(html)
                .contains(
                        "role=\"img\" aria-label=\"Accuracy: share over step; model from 0.1000 to 0.9000; bound at 0.2000\"");
    }

    @Test
    void curvesNeedAsManyXAsY() {
        assertThatThrownBy(() -> new LineChart.Series("c", new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 x and 3 y");
    }

    @Test
    void ticksAreRoundAndHoldAllValues() {
        assertThat(Axis.over(0.03, 2.1, 5)).isEqualTo(new Axis(0, 2.5, 0.5));
        assertThat(Axis.over(0, 600, 6).ticks()).containsExactly(0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0);
        assertThat(Axis.over(0, 25_000, 5).label(10_000)).isEqualTo("10k");
        assertThat(Axis.over(0, 0.5, 5).label(0.1)).isEqualTo("0.1");
        assertThat(Axis.over(0, 2e-4, 5).label(0)).isEqualTo("0");
    }

    private static Fragment chart(double[] x, double[] y) {
        return new LineChart("t", "x", "y")
                .with(new LineChart.Series("c", x, y))
                .render();
    }

    private static String points(String html) {
        Matcher matcher = Pattern.compile("points=\"([^\"]*)\"").matcher(html);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
