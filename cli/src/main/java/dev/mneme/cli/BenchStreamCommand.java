package dev.mneme.cli;

import dev.mneme.cli.bench.StreamMeter;
import dev.mneme.cli.bench.StreamReport;
import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Shows whether a long stream stays flat. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Feed a long stream of random tokens to one session of a trained model, and measure time a token, "
                    + "resident memory and the size of the saved session along it.",
            "For steady memory figures give the virtual machine its heap at the start: "
                    + "MNEME_JAVA_OPTS='-Xms256m -Xmx256m -XX:+AlwaysPreTouch'.",
            "Writes stream.json, stream-time.svg, stream-memory.svg and report.html."
        },
        footer = {
            "",
            "Examples:",
            "  mneme bench stream --model runs/logs",
            "  mneme bench stream --model runs/logs --tokens 100000 --piece 1"
        })
final class BenchStreamCommand extends MnemeCommand {
    private static final int BAR = 20;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path model;

    @Option(
            names = "--tokens",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "Tokens that count, at least 1000 (default: 1000000).")
    long tokens;

    @Option(
            names = "--warmup",
            defaultValue = "100000",
            paramLabel = "N",
            description = "Tokens before them (default: 100000).")
    long warmUp;

    @Option(
            names = "--piece",
            defaultValue = "64",
            paramLabel = "N",
            description = "Tokens of a request (default: 64).")
    int piece;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "S", description = "Seed of the tokens (default: 0).")
    long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Folder of record and report (default: a new one in runs/).")
    @Nullable Path out;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        require(tokens >= 1000, "--tokens must be at least 1000, got " + tokens);
        require(warmUp >= 0, "--warmup must be 0 or more, got " + warmUp);
        require(piece >= 1, "--piece must be at least 1, got " + piece);
        return Runs.with(
                runtime,
                mneme -> Runs.load(mneme, model, Map.of(), List.of()),
                (mneme, config) -> measure(console, mneme, config));
    }

    private void require(boolean condition, String problem) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private boolean measure(Console console, Mneme mneme, RunConfig config) throws Exception {
        List<StreamMeter.Sample> samples;
        Path scratch = Files.createTempFile("mneme-stream", ".state");
        try (TrainingRun run = Runs.trained(mneme, model, config);
                SessionPool pool = SessionPool.open(run.model(), SessionOptions.defaults());
                Session session = pool.open();
                LiveLine line = console.progress()) {
            int vocabulary = run.task().info().vocabulary();
            long begin = System.nanoTime();
            samples = new StreamMeter(tokens, warmUp, piece, vocabulary, seed)
                    .run(session, scratch, read -> line.update(progress(read, System.nanoTime() - begin)));
        } finally {
            Files.deleteIfExists(scratch);
        }
        new BenchGrid("stream", out, mneme.backend().info(), settings())
                .write(console, new StreamReport(config.memory(), samples));
        return true;
    }

    private String progress(long read, long nanos) {
        double share = (double) read / (warmUp + tokens);
        String eta = share < 0.01
                ? ""
                : "  ETA " + Quantity.duration(Duration.ofNanos((long) (nanos * (1 - share) / share)));
        return LiveLine.bar(share, BAR) + " " + Quantity.count(read) + " tokens" + eta;
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("model", model.toString());
        settings.put("tokens", tokens);
        settings.put("warmup", warmUp);
        settings.put("piece", piece);
        settings.put("seed", seed);
        return settings;
    }
}
