package dev.mneme.cli.run;

import dev.mneme.runtime.checkpoint.RunFolder;
import dev.mneme.runtime.config.RunConfig;
import dev.mneme.runtime.train.TrainListener;

/**
 * Writes a run's configuration when training starts: not before, because a run that is refused must leave the folder of
 * an earlier one alone.
 */
public record RunWriter(RunFolder folder, RunConfig config) implements TrainListener {
    @Override
    public void started(long step, long steps) {
        folder.writeConfig(config.toMap());
    }
}
