package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.cli.console.Quantity;
import dev.mneme.cli.stream.Surprise;
import dev.mneme.cli.stream.SurpriseWriter;
import dev.mneme.cli.stream.Surprises;
import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Says how surprising a text is, as it comes. */
@Command(
        name = "stream",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Read standard input of any length and say of every line how surprising it is.",
            "Columns: a mark where z is above the threshold; bits per byte of the line; bits per byte so far; z, how"
                    + " unusual the line is among the last 1000; the line."
        },
        footer = {
            "",
            "Examples:",
            "  tail -F app.log | mneme stream --model runs/app --marked-only",
            "  mneme stream --model runs/app --save app.session < app.log.1",
            "  mneme stream --model runs/app --session app.session --save app.session --json < app.log"
        })
final class StreamCommand extends MnemeCommand {
    private static final int PIECE = 1 << 13;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of the run.")
    Path model;

    @Option(names = "--session", paramLabel = "FILE", description = "Go on where this saved session ended.")
    @Nullable Path session;

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "Save the session at the end of the input, or when interrupted.")
    @Nullable Path save;

    @Option(
            names = "--by",
            defaultValue = "LINE",
            paramLabel = "UNIT",
            description = "What gets a score: line or segment (default: line).")
    Surprises.Unit by;

    @Option(
            names = "--threshold",
            defaultValue = "3.5",
            paramLabel = "Z",
            description = "Mark lines whose robust z-score is above this (default: 3.5).")
    double threshold;

    @Option(names = "--marked-only", description = "Write marked lines only.")
    boolean markedOnly;

    @Option(
            names = "--top",
            defaultValue = "0",
            paramLabel = "N",
            description = "At the end, list the N lines with the highest scores of this call (default: 0).")
    int top;

    @Option(
            names = "--color",
            defaultValue = "AUTO",
            paramLabel = "WHEN",
            description = "Show marks in colour: auto (on terminals), always or never (default: auto).")
    Colour colour;

    @Mixin
    RunChanges changes;

    @Mixin
    RuntimeOptions runtime;

    /** When colours are used. */
    enum Colour {
        AUTO,
        ALWAYS,
        NEVER
    }

    @Override
    boolean run(Console console) throws Exception {
        if (top < 0 || Double.isNaN(threshold)) {
            throw new ParameterException(spec.commandLine(), "--top must be 0 or more and --threshold a number");
        }
        return Runs.with(
                runtime, mneme -> changes.load(mneme, model), (mneme, config) -> stream(console, mneme, config));
    }

    private boolean stream(Console console, Mneme mneme, RunConfig config) throws Exception {
        try (TrainingRun run = Runs.trained(mneme, model, config);
                SessionPool pool = SessionPool.open(run.model(), SessionOptions.defaults());
                Session open = session == null ? pool.open() : pool.restore(session)) {
            boolean colours = colour == Colour.ALWAYS || (colour == Colour.AUTO && isTerminal());
            SurpriseWriter writer = new SurpriseWriter(console, by, markedOnly, colours, top);
            Work work = new Work(console, open, writer, new Surprises(open, run.task(), by, threshold, writer));
            try (FinishOnInterrupt finish = new FinishOnInterrupt(work::finish)) {
                if (!common.json) {
                    console.note(work.headings());
                }
                // Waits for no more than what is there: lines are scored as they come.
                Reader reader = new InputStreamReader(
                        System.in,
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPLACE)
                                .onUnmappableCharacter(CodingErrorAction.REPLACE));
                char[] piece = new char[PIECE];
                for (int read = reader.read(piece); read >= 0; read = reader.read(piece)) {
                    work.read(new String(piece, 0, read));
                }
                work.finish();
            }
            return true;
        }
    }

    private static boolean isTerminal() {
        // Java 17 knows a console only where standard input is one, too; the launcher looks at standard output.
        return System.getenv("NO_COLOR") == null && Boolean.getBoolean("mneme.terminal");
    }

    /** The input as it is read by one thread and ended by that or by another one. */
    private final class Work {
        private final Console console;
        private final Session session;
        private final SurpriseWriter writer;
        private final Surprises surprises;
        private final long started = System.nanoTime();
        private final long tokensBefore;
        private boolean finished;

        Work(Console console, Session session, SurpriseWriter writer, Surprises surprises) {
            this.console = console;
            this.session = session;
            this.writer = writer;
            this.surprises = surprises;
            this.tokensBefore = session.tokensRead();
        }

        String headings() {
            return writer.headings(surprises.isText() && by == Surprises.Unit.LINE);
        }

        synchronized void read(String text) {
            if (!finished) {
                surprises.add(text);
                console.flush();
            }
        }

        synchronized void finish() {
            if (finished) {
                return;
            }
            finished = true;
            surprises.end();
            console.flush();
            if (save != null) {
                session.save(save, surprises.notes());
            }
            List<Surprise> highest = writer.highest();
            highest.forEach(surprise -> console.note(writer.text(surprise)));
            summarise(highest);
        }

        private void summarise(List<Surprise> highest) {
            double seconds = (System.nanoTime() - started) / 1e9;
            long tokens = session.tokensRead() - tokensBefore;
            String units = by == Surprises.Unit.LINE ? "lines" : "segments";
            console.note(String.format(
                    Locale.ROOT,
                    "%s %s, %s tokens in %s (%s/s), perplexity %s%s, %s marked%s",
                    Quantity.grouped(surprises.count()),
                    units,
                    Quantity.grouped(session.tokensRead()),
                    Quantity.duration(Duration.ofMillis((long) (1000 * seconds))),
                    Quantity.count(tokens / Math.max(seconds, 1e-9)),
                    Quantity.number(surprises.all().perplexity()),
                    surprises.isText() ? ", " + Quantity.number(surprises.all().bitsPerByte()) + " bits per byte" : "",
                    Quantity.grouped(surprises.marked()),
                    save == null ? "" : "; saved to " + save));
            Map<String, Object> result = new LinkedHashMap<>();
            result.put(units, surprises.count());
            result.put("marked", surprises.marked());
            result.put("tokens", session.tokensRead());
            result.put("perplexity", surprises.all().perplexity());
            result.put("bits_per_token", surprises.all().bitsPerToken());
            if (surprises.isText()) {
                result.put("bits_per_byte", surprises.all().bitsPerByte());
            }
            result.put("seconds", seconds);
            result.put("top", highest.stream().map(writer::toMap).toList());
            console.result(result);
        }
    }
}
