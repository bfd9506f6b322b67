package dev.mneme.cli.inspect;

import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.report.Page;
import dev.mneme.cli.report.Tables;
import dev.mneme.cli.run.RunReport;
import dev.mneme.runtime.inspect.InspectedSegment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A memory at work as one page: what happens over the segments, and one segment after the other. */
public final class InspectPage {
    private final Inspection inspection;
    private final double[] numbers;

    private InspectPage(Inspection inspection) {
        this.inspection = inspection;
        numbers = IntStream.rangeClosed(1, inspection.segments().size())
                .asDoubleStream()
                .toArray();
    }

    /**
     * Draws the page.
     *
     * @param configuration of the run, nested
     */
    public static Page page(Inspection inspection, Map<String, ?> configuration) {
        InspectPage page = new InspectPage(inspection);
        return new Page(
                        "The memory of " + inspection.memory() + " at work",
                        inspection.model() + " reads " + Quantity.grouped(inspection.tokens()) + " tokens of "
                                + inspection.text() + ", segment by segment.")
                .section("One segment", page.tiles(), resource("controls.html"))
                .section("Over the segments", page.charts())
                .section("Configuration", Tables.pairs("The run's keys.", RunReport.flat(configuration)))
                .scripted(text("inspect.css"), page.data(), text("inspect.js"));
    }

    private Fragment tiles() {
        InspectedSegment last = inspection.segments().get(inspection.segments().size() - 1);
        return Tables.tiles(List.of(
                new Tables.Tile("segments", Quantity.grouped(numbers.length), "one step of the memory each"),
                new Tables.Tile(
                        "surprise", Quantity.number(inspection.bitsPerToken()), "bits per token, mean over the text"),
                new Tables.Tile("state", Quantity.bytes(last.stateBytes()), "of one stream, behind the last segment")));
    }

    private Fragment charts() {
        List<Fragment> charts = new ArrayList<>();
        charts.add(chart(
                "Surprise of the text",
                "bits per token",
                List.of(""),
                segment -> name -> Inspection.bits(segment.loss())));
        charts.add(chart("Size of the state", "bytes", List.of(""), segment -> name -> (double) segment.stateBytes()));
        Set<String> entries = new LinkedHashSet<>();
        Set<String> counters = new LinkedHashSet<>();
        inspection.segments().forEach(segment -> {
            entries.addAll(segment.state().keySet());
            counters.addAll(segment.counters().keySet());
        });
        Inspection.groups(entries).forEach((common, names) -> {
            charts.add(chart(
                    "State: " + common,
                    "norm behind the segment",
                    names,
                    segment -> name -> change(segment, name).norm()));
            charts.add(chart(
                    "Written: " + common,
                    "norm of the change",
                    names,
                    segment -> name -> change(segment, name).written()));
        });
        Inspection.groups(counters)
                .forEach((common, names) -> charts.add(chart(
                        "Counter: " + common,
                        "count",
                        names,
                        segment -> name ->
                                segment.counters().getOrDefault(name, 0L).doubleValue())));
        Fragment none = entries.isEmpty()
                ? Fragment.paragraph("This mechanism carries no state from one segment to the next.")
                : Fragment.paragraph("State: Euclidean norm of each entry behind the segment. Written: norm of what the"
                        + " segment changed in it. The line marks the segment shown above; click a chart to go there.");
        return Fragment.join(List.of(none, Fragment.sideBySide(charts)));
    }

    private static InspectedSegment.Change change(InspectedSegment segment, String name) {
        return segment.state().getOrDefault(name, new InspectedSegment.Change(Double.NaN, Double.NaN));
    }

    private Fragment chart(
            String title,
            String yLabel,
            List<String> names,
            Function<InspectedSegment, Function<String, Double>> value) {
        LineChart chart = new LineChart(title, "segment", yLabel).fromZero().withCursor();
        inspection
                .overTime(names, value)
                .forEach((name, values) -> chart.with(new LineChart.Series(name, numbers, values)));
        return chart.render();
    }

    private String data() {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try {
            InspectData.writePacked(inspection, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString(StandardCharsets.UTF_8);
    }

    private static Fragment resource(String file) {
        return new Fragment(text(file));
    }

    private static String text(String file) {
        try (InputStream in = InspectPage.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
