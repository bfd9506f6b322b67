package dev.mneme.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

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
    void aScriptLearnsWhereThePlotLies() {
        LineChart chart = new LineChart("t", "x", "y")
                .with(new LineChart.Series("s", new double[] {0, 50, 100}, new double[] {2, 1, 0}));

        assertThat(chart.render().html()).doesNotContain("data-plot");
        assertThat(chart.withCursor().render().html())
                .contains("<figure class=\"chart cursor\" data-plot=\"54 466 12 238 0.0 100.0\">");
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
        assertThat(labels(Axis.over(4.00001, 4.00005, 5)))
                .doesNotHaveDuplicates()
                .contains("4.00002");
        assertThat(labels(Axis.over(2.00001e-3, 2.00004e-3, 5))).doesNotHaveDuplicates();
        assertThat(labels(Axis.over(1_000_000, 1_000_400, 5))).doesNotHaveDuplicates();
    }

    @Test
    void logarithmicAxesSpaceDoublingsEvenly() {
        String html = new LineChart("t", "x", "y")
                .withLogX()
                .withLogY()
                .with(new LineChart.Series("c", new double[] {8, 16, 32, 0}, new double[] {1, 2, 4, 8}))
                .render()
                .html();

        assertThat(points(html)).isEqualTo("34.0,238.0 250.0,125.0 466.0,12.0 ");
        assertThat(html).contains(">8</text>", ">16</text>", ">32</text>");
    }

    @Test
    void logarithmicTicksArePowersThatHoldAllValues() {
        assertThat(LogAxis.over(256, 16384).ticks())
                .containsExactly(256.0, 512.0, 1024.0, 2048.0, 4096.0, 8192.0, 16384.0);
        assertThat(LogAxis.over(100, 700).ticks()).containsExactly(64.0, 128.0, 256.0, 512.0, 1024.0);
        assertThat(LogAxis.over(5, 5)).isEqualTo(new LogAxis(2, 2, 3, 1));
        assertThat(LogAxis.over(0.02, 900).ticks()).containsExactly(0.01, 0.1, 1.0, 10.0, 100.0, 1000.0);
        assertThat(LogAxis.over(3, 9000).ticks().size()).isLessThanOrEqualTo(8);
        assertThat(LogAxis.over(0.02, 900).label(0.01)).isEqualTo("0.01");
        assertThat(LogAxis.over(1, 3e6).label(2_000_000)).isEqualTo("2M");
    }

    @Test
    void fileStandsAloneWithTitleAndLegend() throws Exception {
        LineChart chart = new LineChart("Memory & time", "segments", "MiB").withLogX();
        for (String name : List.of("full", "truncated", "replay <1>", "a scheme of a long name", "another long name")) {
            chart.with(new LineChart.Series(name, new double[] {8, 64}, new double[] {1, 2}));
        }

        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(chart.file())));

        assertThat(svg.getDocumentElement().getAttribute("xmlns")).isEqualTo("http://www.w3.org/2000/svg");
        assertThat(svg.getDocumentElement().getTextContent()).contains("Memory & time", "replay <1>", ".curve");
        assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(5);
        assertThat(new LineChart("t", "x", "y").file()).contains("<svg").doesNotContain("polyline");
    }

    private static List<String> labels(Scale scale) {
        return scale.ticks().stream().map(scale::label).toList();
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
