package dev.mneme.cli;

import dev.mneme.cli.bench.Cell;
import dev.mneme.cli.bench.CellProcesses;
import dev.mneme.cli.bench.CellResult;
import dev.mneme.cli.bench.ChildJvm;
import dev.mneme.cli.bench.GridReport;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.TextTable;
import dev.mneme.cli.report.Fragment;
import dev.mneme.cli.report.LineChart;
import dev.mneme.cli.report.Page;
import dev.mneme.cli.report.Tables;
import dev.mneme.cli.run.RunReport;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.tensor.EngineInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs a grid of measurements for a command, and writes table, record, curves and page. */
final class BenchGrid {
    private final String name;
    private final Path folder;
    private final EngineInfo engine;
    private final Map<String, Object> settings;

    /**
     * Nothing runs yet.
     *
     * @param name of the record's file, without its ending
     * @param chosen folder to write to; null for a new one in {@code runs/}
     * @param engine that measures
     * @param settings that all cells share, for the record
     */
    BenchGrid(String name, @Nullable Path chosen, EngineInfo engine, Map<String, Object> settings) {
        this.name = name;
        this.folder = chosen != null ? chosen : Runs.newFolder("bench-" + name);
        this.engine = engine;
        this.settings = new LinkedHashMap<>(settings);
    }

    /**
     * Measures and writes. The record is written after every cell, so that an interrupted command leaves what it has.
     *
     * @return whether anything could be measured
     */
    boolean run(Console console, List<Cell> cells, Function<Map<String, CellResult>, GridReport> toReport)
            throws Exception {
        Map<String, CellResult> results;
        Files.createDirectories(folder);
        try (AutoCloseable log = Logging.toFolder(folder);
                LiveLine line = console.progress()) {
            CellProcesses processes =
                    new CellProcesses(arguments -> ChildJvm.builder(Main.class.getName(), arguments), line);
            results = processes.run(cells, sofar -> save(toReport.apply(sofar)));
        }
        write(console, toReport.apply(results));
        return results.values().stream().anyMatch(CellResult.Measured.class::isInstance);
    }

    /** Writes table, record, curves and page of what was measured. */
    void write(Console console, GridReport report) throws IOException {
        TextTable table = new TextTable(report.headings().toArray(String[]::new));
        report.rows().forEach(table::row);
        console.say(table);
        report.notes().forEach(console::say);
        Files.createDirectories(folder);
        writeCharts(report);
        Path page = Runs.writeReport(folder, page(report));
        Map<String, Object> json = record(report);
        json.put("report", page.toString());
        writeRecord(json);
        console.say("report: " + page);
        console.result(json);
    }

    /** Writes the record alone. */
    void save(GridReport report) {
        writeRecord(record(report));
    }

    private Map<String, Object> record(GridReport report) {
        Map<String, Object> json = new LinkedHashMap<>(report.toMap());
        json.put("settings", settings);
        json.put("engine", engine.name());
        json.put("threads", engine.threads());
        return json;
    }

    private void writeRecord(Map<String, Object> json) {
        write(name + ".json", Console.toJson(json) + "\n");
    }

    private void writeCharts(GridReport report) throws IOException {
        for (Map.Entry<String, LineChart> chart : report.charts().entrySet()) {
            write(chart.getKey() + ".svg", chart.getValue().file());
        }
    }

    private void write(String file, String text) {
        AtomicFiles.write(folder.resolve(file), stream -> stream.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Page page(GridReport report) {
        List<Tables.Row> rows = report.rows().stream()
                .map(cells -> new Tables.Row(cells, Tables.Mark.NONE, 0))
                .toList();
        List<Fragment> charts =
                report.charts().values().stream().map(LineChart::render).toList();
        Fragment table = Tables.table(report.caption(), report.headings(), rows);
        Fragment[] results = Stream.concat(
                        Stream.of(table), report.notes().stream().map(Fragment::paragraph))
                .toArray(Fragment[]::new);
        return new Page(report.title(), report.summary())
                .section("Result", results)
                .section("Curves", Fragment.sideBySide(charts))
                .section("Settings", Tables.pairs("What all measurements share.", settings))
                .section("Environment", RunReport.environment(engine));
    }
}
