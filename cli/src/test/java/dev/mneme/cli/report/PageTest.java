package dev.mneme.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PageTest {
    private static final String NASTY = "<script>alert('x')</script> & \"quotes\"";
    private static final String SAFE = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;";

    @Test
    void textFromOutsideIsEscapedEverywhere() {
        String html = new Page(NASTY, NASTY)
                .section(
                        NASTY,
                        Fragment.paragraph(NASTY),
                        Fragment.titled(NASTY),
                        Tables.pairs(NASTY, Map.of(NASTY, NASTY)),
                        Tables.table(NASTY, List.of(NASTY), List.of(Tables.Row.of(NASTY))),
                        Tables.tiles(List.of(new Tables.Tile(NASTY, NASTY, NASTY))),
                        Sample.render(List.of(new Sample(NASTY, List.of(NASTY), List.of(NASTY), true))),
                        new LineChart(NASTY, NASTY, NASTY)
                                .with(new LineChart.Series(NASTY, new double[] {0, 1}, new double[] {1, 2}))
                                .withLevel(NASTY, 1.5)
                                .render(),
                        new HeatMap(NASTY, NASTY, NASTY, List.of(NASTY), List.of(NASTY), new double[][] {{1}}).render())
                .render();

        assertThat(html).doesNotContain("<script").contains(SAFE);
    }

    @Test
    void controlCharactersAndLoneSurrogatesBecomeVisible() {
        assertThat(Fragment.escape("a\u0007b\uD800c")).isEqualTo("a\uFFFDb\uFFFDc");
    }

    @Test
    void pageFetchesNothing() {
        String html = new Page("title", "summary")
                .section("one", Fragment.paragraph("text"))
                .render();

        assertThat(html)
                .startsWith("<!DOCTYPE html>")
                .contains("<meta name=\"viewport\"")
                .contains("prefers-color-scheme: dark")
                .doesNotContain("http:", "https:", "src=", "url(", "@import");
    }

    @Test
    void contentsListSectionsOnceThereAreThree() {
        Page page =
                new Page("t", "s").section("first", Fragment.paragraph("a")).section("second", Fragment.paragraph("b"));
        assertThat(page.render()).doesNotContain("<nav");

        assertThat(page.section("third", Fragment.paragraph("c")).render())
                .contains("<a href=\"#s3\">third</a>")
                .contains("<h2 id=\"s3\">third</h2>");
    }

    @Test
    void samplesMarkRightAndWrongPlaces() {
        Sample sample = new Sample("1 2", List.of("a", "b", "c"), List.of("a", "x", "c"), true);

        assertThat(sample.right()).isEqualTo(2);
        assertThat(Sample.render(List.of(sample)).html())
                .contains("<span class=\"right\">a</span> <span class=\"wrong\" title=\"wrong\">x</span>")
                .contains("(2 of 3 right)");
    }
}
