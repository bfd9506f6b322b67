package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.run.TrainingRun;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.generate.Generator;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Lets a trained model write. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Let a trained model go on with a prompt, or answer a source.",
        footer = {
            "",
            "Examples:",
            "  mneme generate --model runs/book --prompt \"Call me\" --length 200 --temperature 0.8 --top-k 40",
            "  mneme generate --model runs/reverse --source \"1 2 3 4 5 6\""
        })
final class GenerateCommand extends MnemeCommand {
    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path model;

    @Option(names = "--prompt", paramLabel = "TEXT", description = "Text to go on with.")
    @Nullable String prompt;

    @Option(names = "--source", paramLabel = "TEXT", description = "Text to answer, for an encoder-decoder.")
    @Nullable String source;

    @Option(names = "--length", defaultValue = "200", paramLabel = "N", description = "Most tokens (default: 200).")
    int length;

    @Option(
            names = "--temperature",
            defaultValue = "0",
            paramLabel = "T",
            description = "0 always takes the most likely token; higher is more varied (default: 0).")
    double temperature;

    @Option(names = "--top-k", defaultValue = "0", paramLabel = "K", description = "Draw among K tokens; 0 = all.")
    int topK;

    @Option(
            names = "--top-p",
            defaultValue = "1",
            paramLabel = "P",
            description = "Draw among the fewest tokens of probability P together; 1 = all.")
    double topP;

    @Option(names = "--seed", defaultValue = "0", paramLabel = "S", description = "Seed of the draws (default: 0).")
    long seed;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A setting that differs from training. Repeatable.")
    List<String> assignments = new ArrayList<>();

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        if ((prompt == null) == (source == null)) {
            throw new ParameterException(spec.commandLine(), "give one of --prompt and --source");
        }
        return Runs.with(
                runtime,
                mneme -> Runs.load(mneme, model, Map.of(), assignments),
                (mneme, config) -> generate(console, mneme, config));
    }

    private boolean generate(Console console, Mneme mneme, RunConfig config) {
        Decoding decoding = new Decoding(length, temperature, topK, topP, seed);
        try (TrainingRun run = Runs.trained(mneme, model, config)) {
            String text = prompt != null ? prompt : String.valueOf(source);
            long[] input = run.task().parseInput(text);
            long[] written = write(run, input, decoding);
            String output = run.task().renderTarget(written);
            console.say(prompt != null && isLanguageModel(run) ? text + output : output);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put(prompt != null ? "prompt" : "source", text);
            result.put("text", output);
            result.put("tokens", written.length);
            console.result(result);
            return true;
        }
    }

    private static boolean isLanguageModel(TrainingRun run) {
        return run.task().info().form() == Form.DECODER;
    }

    private static long[] write(TrainingRun run, long[] input, Decoding decoding) {
        return switch (run.task().info().form()) {
            case DECODER -> new Generator(run.model()).continuation(input, decoding, token -> {});
            case ENCODER_DECODER ->
                new Generator(run.model()).targets(List.of(input), decoding).get(0);
            case ENCODER -> labels(run, input);
        };
    }

    /** The most likely label of every position. */
    private static long[] labels(TrainingRun run, long[] input) {
        if (input.length == 0 || input.length > run.task().info().maxLength()) {
            throw Failures.invalid("the input has " + input.length + " tokens; this model reads 1 to "
                    + run.task().info().maxLength() + " at a time");
        }
        SegmentBatch batch = new SegmentBatch(1, input.length, input, null, 0, null, new long[input.length], null);
        try (GradientMode off = run.model().backend().noGradient();
                TensorScope scope = run.model().backend().scope()) {
            return run.model()
                    .run(batch, null, Pass.evaluation())
                    .logits()
                    .argmax(-1, false)
                    .toLongs();
        }
    }
}
