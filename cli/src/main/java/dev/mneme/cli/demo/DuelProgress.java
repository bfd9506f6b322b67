package dev.mneme.cli.demo;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.runtime.evaluate.Metrics;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.task.Split;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Both sides of a duel on one line. The sides take turns, so nothing here is called at the same time. */
final class DuelProgress {
    private static final int BAR = 16;

    private final LiveLine line;
    private final List<String> names;
    private final @Nullable StepReport[] last = new @Nullable StepReport[2];
    private final double[] accuracy = {Double.NaN, Double.NaN};

    DuelProgress(LiveLine line, List<String> names) {
        this.line = line;
        this.names = names;
    }

    /** The listener of one side. */
    TrainListener of(int side) {
        return new TrainListener() {
            @Override
            public void stepped(StepReport report) {
                last[side] = report;
                line.update(text());
            }

            @Override
            public void evaluated(long step, Split split, Metrics metrics, boolean isBest) {
                accuracy[side] = metrics.accuracy();
            }
        };
    }

    /** Such as {@code [####] 20/200  rmt: loss 1.2, 45.0 %  |  none: loss 1.9, 17.1 %  12.3k tok/s  ETA 8s}. */
    String text() {
        StepReport first = last[0];
        if (first == null) {
            return "";
        }
        StepReport second = last[1] == null ? first : last[1];
        return String.format(
                Locale.ROOT,
                "%s %d/%d  %s  |  %s  %s tok/s  ETA %s",
                LiveLine.bar((double) first.step() / first.steps(), BAR),
                first.step(),
                first.steps(),
                side(0),
                side(1),
                Quantity.count(first.tokensPerSecond()),
                Quantity.duration(first.remaining().plus(second.remaining())));
    }

    private String side(int side) {
        StepReport report = last[side];
        String loss = report == null ? "-" : String.format(Locale.ROOT, "%.3f", report.loss());
        String right = Double.isNaN(accuracy[side]) ? "" : ", " + Quantity.percent(accuracy[side]);
        return names.get(side) + ": loss " + loss + right;
    }
}
