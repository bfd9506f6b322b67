package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.inspect.InspectData;
import dev.mneme.cli.inspect.InspectPage;
import dev.mneme.cli.inspect.Inspection;
import dev.mneme.cli.inspect.TextStart;
import dev.mneme.cli.inspect.ViewLimit;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.checkpoint.AtomicFiles;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.inspect.InspectedSegment;
import dev.mneme.runtime.inspect.Inspector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Shows what a memory does with a text. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Draw what the memory of a trained model does while it reads a text: one HTML page to step through.",
            "For every mechanism it shows the state's norms and changes, its size, and how surprising each token was;"
                    + " mechanisms add views of their own, such as which slot each token reads."
        },
        footer = {
            "",
            "Examples:",
            "  mneme inspect --model runs/book --text moby-dick.txt",
            "  mneme inspect --model runs/book --text chapter.txt --segments 16 --out chapter.html",
            "  mneme inspect --model runs/book --text chapter.txt --data chapter.json"
        })
final class InspectCommand extends MnemeCommand {
    private static final int MOST_SEGMENTS = 1024;
    private static final Duration SILENT = Duration.ofSeconds(2);
    private static final String PAGE = "inspect.html";

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path model;

    @Option(names = "--text", required = true, paramLabel = "FILE", description = "Text to read, UTF-8.")
    Path text;

    @Option(
            names = "--segments",
            defaultValue = "64",
            paramLabel = "N",
            description = "Most segments to read from its beginning, up to 1024 (default: 64).")
    int segments;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The page; replaced if it exists (default: inspect.html in the folder of the run).")
    @Nullable Path out;

    @Option(names = "--data", paramLabel = "FILE", description = "Write what the page shows as JSON, too.")
    @Nullable Path data;

    @Mixin
    RunChanges changes;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        if (segments < 1 || segments > MOST_SEGMENTS) {
            throw new ParameterException(
                    spec.commandLine(), "--segments must be 1 to " + MOST_SEGMENTS + ", got " + segments);
        }
        return Runs.with(
                runtime, mneme -> changes.load(mneme, model), (mneme, config) -> inspect(console, mneme, config));
    }

    private boolean inspect(Console console, Mneme mneme, RunConfig config) {
        long started = System.nanoTime();
        try (TrainingRun run = Runs.trained(mneme, model, config)) {
            if (Double.isNaN(run.task().info().bytesPerLabel())) {
                throw Failures.invalid("inspect reads text, but " + model + " was trained on the task " + config.task()
                        + ", whose tokens are not text; train one with --task text");
            }
            Inspection inspection = read(console, run, config);
            Path page = out == null ? model.resolve(PAGE) : out;
            byte[] html = InspectPage.page(inspection, config.toMap()).render().getBytes(StandardCharsets.UTF_8);
            AtomicFiles.write(page, stream -> stream.write(html));
            if (data != null) {
                AtomicFiles.write(data, stream -> InspectData.write(inspection, stream));
            }
            report(console, inspection, page, html.length, (System.nanoTime() - started) / 1e9);
            return true;
        }
    }

    private Inspection read(Console console, TrainingRun run, RunConfig config) {
        try (Inspector inspector = new Inspector(run.model(), run.task());
                LiveLine progress = console.progress()) {
            int length = inspector.segmentLength();
            long[] tokens = run.task().parseInput(TextStart.of(text, (long) segments * length));
            int count = Math.min(segments, (tokens.length + length - 1) / length);
            ViewLimit limit = new ViewLimit(count);
            List<InspectedSegment> seen = new ArrayList<>();
            long started = System.nanoTime();
            for (int i = 0; i < count; i++) {
                int end = Math.min(tokens.length, (i + 1) * length);
                InspectedSegment segment = inspector.read(Arrays.copyOfRange(tokens, i * length, end));
                seen.add(segment.withViews(limit.reduce(segment.views())));
                show(progress, i + 1, count, Duration.ofNanos(System.nanoTime() - started));
            }
            return new Inspection(config.memory(), model.toString(), text.toString(), seen, limit.notes());
        }
    }

    private static void show(LiveLine progress, int done, int count, Duration spent) {
        if (spent.compareTo(SILENT) > 0) {
            progress.update(String.format(
                    Locale.ROOT,
                    "inspect %s %d/%d segments  ETA %s",
                    LiveLine.bar((double) done / count, 20),
                    done,
                    count,
                    Quantity.duration(spent.multipliedBy(count - done).dividedBy(done))));
        }
    }

    private void report(Console console, Inspection inspection, Path page, long bytes, double seconds) {
        List<String> titles = inspection.titles();
        console.say(String.format(
                Locale.ROOT,
                "%s segments, %s tokens, %s bits per token; %s views of %s; wrote %s (%s)%s",
                Quantity.grouped(inspection.segments().size()),
                Quantity.grouped(inspection.tokens()),
                Quantity.number(inspection.bitsPerToken()),
                titles.isEmpty() ? "no" : String.valueOf(titles.size()),
                inspection.memory(),
                page,
                Quantity.bytes(bytes),
                data == null ? "" : " and " + data));
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("memory", inspection.memory());
        result.put("segments", inspection.segments().size());
        result.put("tokens", inspection.tokens());
        result.put("bits_per_token", inspection.bitsPerToken());
        result.put("views", titles);
        result.put("page", page.toString());
        if (data != null) {
            result.put("data", data.toString());
        }
        result.put("seconds", seconds);
        console.result(result);
    }
}
