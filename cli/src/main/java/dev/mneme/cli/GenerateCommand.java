package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.nn.Pass;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.generate.Generator;
import dev.mneme.runtime.session.Generated;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import dev.mneme.runtime.session.StopRule;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.Task;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
            "  mneme generate --model runs/book --session book.session --stop \". \" --save book.session",
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

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text, for a decoder. Repeatable.")
    List<String> stops = new ArrayList<>();

    @Option(
            names = "--session",
            paramLabel = "FILE",
            description = "Go on where this saved session ended, with the prompt if there is one; for a decoder.")
    @Nullable Path session;

    @Option(names = "--save", paramLabel = "FILE", description = "Save the session at the end, for a decoder.")
    @Nullable Path save;

    @Mixin
    RunChanges changes;

    @Mixin
    RuntimeOptions runtime;

    @Override
    boolean run(Console console) throws Exception {
        boolean continues = prompt != null || session != null;
        if (continues == (source != null)) {
            throw new ParameterException(
                    spec.commandLine(), "give --prompt or --session to go on with, or --source to answer");
        }
        return Runs.with(
                runtime, mneme -> changes.load(mneme, model), (mneme, config) -> generate(console, mneme, config));
    }

    private boolean generate(Console console, Mneme mneme, RunConfig config) {
        Decoding decoding = new Decoding(length, temperature, topK, topP, seed);
        try (TrainingRun run = Runs.trained(mneme, model, config)) {
            Form form = run.task().info().form();
            if (form != Form.DECODER && (session != null || save != null || !stops.isEmpty())) {
                throw Failures.invalid(
                        "--session, --save and --stop are for decoders; this model is of the form " + form);
            }
            String text = prompt != null ? prompt : source;
            long[] written;
            String output;
            if (form == Form.DECODER) {
                written = continued(run, text, decoding);
                output = beforeStop(run.task().renderTarget(written));
            } else {
                written = answer(run, run.task().parseInput(String.valueOf(text)), decoding);
                output = run.task().renderTarget(written);
            }
            console.say(prompt != null && form == Form.DECODER ? prompt + output : output);
            Map<String, Object> result = new LinkedHashMap<>();
            result.put(source == null ? "prompt" : "source", text);
            result.put("text", output);
            result.put("tokens", written.length);
            console.result(result);
            return true;
        }
    }

    private long[] continued(TrainingRun run, @Nullable String text, Decoding decoding) {
        Task task = run.task();
        try (SessionPool pool = SessionPool.open(run.model(), SessionOptions.defaults());
                Session open = session == null ? pool.open() : pool.restore(session)) {
            if (text != null) {
                open.feed(task.parseInput(text));
            }
            StopRule stop = stops.isEmpty() ? StopRule.NEVER : StopRule.texts(task::renderTarget, stops);
            Generated written = open.generate(decoding, stop, token -> {});
            if (save != null) {
                open.save(save);
            }
            long[] tokens = written.tokens();
            return written.end() == Generated.End.END_TOKEN ? Arrays.copyOf(tokens, tokens.length - 1) : tokens;
        }
    }

    private String beforeStop(String text) {
        int end = stops.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
        return text.substring(0, end);
    }

    private static long[] answer(TrainingRun run, long[] input, Decoding decoding) {
        return run.task().info().form() == Form.ENCODER
                ? labels(run, input)
                : new Generator(run.model()).targets(List.of(input), decoding).get(0);
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
