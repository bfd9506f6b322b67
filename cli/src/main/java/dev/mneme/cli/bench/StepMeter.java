package dev.mneme.cli.bench;

import dev.mneme.cli.run.DeviceFigures;
import dev.mneme.cli.run.SpeedListener;
import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.runtime.train.StepReport;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.Trainer;
import dev.mneme.tensor.TensorBackend;
import org.jspecify.annotations.Nullable;

/** Notes speed and resident memory of a training run and stops it after a number of steps. */
final class StepMeter implements TrainListener {
    private final long steps;
    private final TensorBackend backend;
    private final SpeedListener speeds = new SpeedListener();
    private @Nullable Trainer trainer;
    private long modelBytes;
    private long deviceModelBytes;
    private long peakBytes;

    /**
     * A meter for one run.
     *
     * @param steps after which the peak is read and the run stopped
     * @param backend that trains
     */
    StepMeter(long steps, TensorBackend backend) {
        this.steps = steps;
        this.backend = backend;
    }

    /** Which run to stop. */
    void stopAtTheEnd(Trainer measured) {
        trainer = measured;
    }

    @Override
    public void started(long step, long all) {
        modelBytes = ProcessMemory.residentBytes();
        deviceModelBytes = DeviceFigures.bytesInUse(backend);
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

    /** What the device's allocator had in use then; 0 where tensors are in the memory of the process. */
    long deviceModelBytes() {
        return deviceModelBytes;
    }

    /** Most resident memory of the process up to the last step. */
    long peakBytes() {
        return peakBytes;
    }
}
