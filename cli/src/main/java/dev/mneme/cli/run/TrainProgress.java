package dev.mneme.cli.run;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.task.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows training on a live line and writes what matters to the log. */
public final class TrainProgress implements TrainListener {
    private static final Logger log = LoggerFactory.getLogger(TrainProgress.class);
    private static final int BAR = 20;

    private final String name;
    private final LiveLine line;
    private String quality = "";
    private @Nullable String stage;

    /**
     * Progress of a run.
     *
     * @param name in front of the line
     */
    public TrainProgress(String name, LiveLine line) {
        this.name = name;
        this.line = line;
    }

    @Override
    public void started(long step, long steps) {
        log.info("{}: training from step {} to {}", name, step, steps);
    }

    @Override
    public void stepped(StepReport report) {
        if (!report.stage().equals(stage) && (stage != null || !report.stage().isEmpty())) {
            log.info(
                    "{}: from step {} on, training with {}",
                    name,
                    report.step(),
                    report.stage().isEmpty() ? "the task's own settings" : report.stage());
        }
        stage = report.stage();
        line.update(text(name, report) + quality);
    }

    /** Such as {@code lm [####......] 40/100  segments=2  loss 2.314  12.3k tok/s  ETA 8s}. */
    static String text(String name, StepReport report) {
        return String.format(
                Locale.ROOT,
                "%s %s %d/%d%s  loss %.4f  %s tok/s  ETA %s",
                name,
                LiveLine.bar((double) report.step() / report.steps(), BAR),
                report.step(),
                report.steps(),
                report.stage().isEmpty() ? "" : "  " + report.stage(),
                report.loss(),
                Quantity.count(report.tokensPerSecond()),
                Quantity.duration(report.remaining()));
    }

    @Override
    public void evaluated(long step, Split split, Metrics metrics, boolean isBest) {
        log.info("{}: step {}, {} split: {}", name, step, split, metrics);
        quality = "  " + quality(metrics);
    }

    /** The metric that says most, for one line. */
    static String quality(Metrics metrics) {
        for (String key : List.of("bleu", Metrics.BITS_PER_BYTE)) {
            if (metrics.get(key).isPresent()) {
                return key.replace('_', ' ') + " "
                        + Quantity.number(metrics.get(key).getAsDouble());
            }
        }
        return "accuracy " + Quantity.percent(metrics.accuracy());
    }

    @Override
    public void checkpointSaved(long step, Path folder) {
        log.info("{}: saved {}", name, folder);
    }
}
