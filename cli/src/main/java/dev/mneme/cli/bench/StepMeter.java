package dev.mneme.cli.bench;

import dev.mneme.cli.run.SpeedListener;
import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.Trainer;
import org.jspecify.annotations.Nullable;

/** Notes speed and resident memory of a training run and stops it after a number of steps. */
final class StepMeter implements TrainListener {
    private final long steps;
    private final SpeedListener speeds = new SpeedListener();
    private @Nullable Trainer trainer;
    private long modelBytes;
    private long peakBytes;

    /**
     * A meter for one run.
     *
     * @param steps after which the peak is read and the run stopped
     */
    StepMeter(long steps) {
        this.steps = steps;
    }

    /** Which run to stop. */
    void stopAtTheEnd(Trainer measured) {
        trainer = measured;
    }

    @Override
    public void started(long step, long all) {
        modelBytes = ProcessMemory.residentBytes();
    }

    @Override
    public void stepped(StepReport report) {
        speeds.stepped(report);
        if (report.step() == steps && trainer != null) {
            peakBytes = ProcessMemory.peakBytes();
            trainer.requestStop();
        }
    }

    SpeedListener speeds() {
        return speeds;
    }

    /** Resident memory with model and optimizer, before the first step. */
    long modelBytes() {
        return modelBytes;
    }

    /** Most resident memory of the process up to the last step. */
    long peakBytes() {
        return peakBytes;
    }
}
