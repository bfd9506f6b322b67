package dev.mneme.cli.bench;

import dev.mneme.cli.console.LiveLine;
import dev.mneme.cli.console.Quantity;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs cells one after the other, each in a process of its own, so that the peak of one does not hide that of the next. A
 * cell that fails does not keep the others from running.
 */
public final class CellProcesses {
    private static final Logger log = LoggerFactory.getLogger(CellProcesses.class);
    private static final long REDRAW_MILLIS = 250;
    private static final int BAR = 20;
    /** What starting a process takes, in the cells' unit of work, as a share of their mean. */
    private static final double START = 0.1;

    private final Function<List<String>, ProcessBuilder> builder;
    private final LiveLine line;
    private final Duration grace;

    /** Makes a result of what the process of a cell left. */
    public interface Reader<R> {
        R read(Cell cell, CellOutput output);

        /** One line for people. */
        String text(R result);
    }

    /**
     * Nothing starts yet.
     *
     * @param builder makes the process for a cell's arguments
     * @param line shows progress
     */
    public CellProcesses(Function<List<String>, ProcessBuilder> builder, LiveLine line) {
        this(builder, line, Duration.ZERO);
    }

    /**
     * As {@link #CellProcesses(Function, LiveLine)}, for cells that have something to save.
     *
     * @param grace how long a cell may take to end when this process is to end
     */
    public CellProcesses(Function<List<String>, ProcessBuilder> builder, LiveLine line, Duration grace) {
        this.builder = builder;
        this.line = line;
        this.grace = grace;
    }

    /** As {@link #run(List, Reader, Consumer)}, of measurements. */
    public Map<String, CellResult> run(List<Cell> cells, Consumer<Map<String, CellResult>> finished) {
        return run(cells, new MeasurementReader(), finished);
    }

    /**
     * Runs all cells.
     *
     * @param reader makes the results
     * @param finished gets the results so far after every cell
     * @return results by the cells' names, in their order
     * @throws MnemeException ({@code FILE_FAILED}) if a process cannot be started at all; ({@code INTERRUPTED}) if this
     *     one is to end while a cell is running
     */
    public <R> Map<String, R> run(List<Cell> cells, Reader<R> reader, Consumer<Map<String, R>> finished) {
        Map<String, R> results = new LinkedHashMap<>();
        double start = START * cells.stream().mapToDouble(Cell::work).average().orElse(0);
        double all = cells.stream().mapToDouble(cell -> cell.work() + start).sum();
        double done = 0;
        long begin = System.nanoTime();
        for (Cell cell : cells) {
            Progress progress =
                    new Progress(cell.name(), results.size(), cells.size(), done / all, begin, System.nanoTime());
            R result = reader.read(cell, run(cell, progress));
            log.info("{}: {}", cell.name(), result);
            line.note(cell.name() + ": " + reader.text(result));
            results.put(cell.name(), result);
            done += cell.work() + start;
            finished.accept(results);
        }
        return results;
    }

    private CellOutput run(Cell cell, Progress progress) {
        try {
            Path output = Files.createTempFile("mneme-cell", ".out");
            Path errors = Files.createTempFile("mneme-cell", ".err");
            try {
                Process process = builder.apply(cell.arguments())
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile())
                        .start();
                int exitCode = await(process, progress);
                return new CellOutput(exitCode, Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED, "starting a process for " + cell.name() + ": " + e.getMessage(), e);
        }
    }

    /** The exit code. */
    private int await(Process process, Progress progress) {
        Thread hook = new Thread(() -> end(process), "end-cell");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            offerToKernel(process);
            do {
                line.update(progress.text(System.nanoTime()));
            } while (!process.waitFor(REDRAW_MILLIS, TimeUnit.MILLISECONDS));
            Runtime.getRuntime().removeShutdownHook(hook);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(process, progress, e);
        } catch (IllegalStateException e) {
            // The hooks are running: a cell that ended now did not end by itself.
            throw interrupted(process, progress, e);
        }
    }

    private void end(Process process) {
        if (!grace.isZero()) {
            process.destroy();
            try {
                process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        process.destroyForcibly();
    }

    private static MnemeException interrupted(Process process, Progress progress, Exception cause) {
        process.destroyForcibly();
        return new MnemeException(
                ErrorCode.INTERRUPTED,
                "measuring " + progress.cell() + ": interrupted; the record holds the " + progress.finished() + " of "
                        + progress.cells() + " measurements before it",
                cause);
    }

    /** When memory runs out, it is the cell that shall be ended and nobody else. Linux only. */
    private static void offerToKernel(Process process) {
        Path file = Path.of("/proc", String.valueOf(process.pid()), "oom_score_adj");
        if (Files.isWritable(file)) {
            try {
                Files.writeString(file, "1000");
            } catch (IOException e) {
                log.debug("could not write {}; the kernel chooses itself", file, e);
            }
        }
    }

    /** Of measurements. */
    private static final class MeasurementReader implements Reader<CellResult> {
        @Override
        public CellResult read(Cell cell, CellOutput output) {
            return CellResult.of(output.exitCode(), output.output(), output.errors());
        }

        @Override
        public String text(CellResult result) {
            if (result instanceof CellResult.Measured measured) {
                return String.format(
                        Locale.ROOT,
                        "%s s a step, at most %s, %s above the model's own",
                        Quantity.number(measured.stepSeconds()),
                        Quantity.bytes(measured.peakBytes()),
                        Quantity.bytes(Math.max(0, measured.peakBytes() - measured.modelBytes())));
            }
            return ((CellResult.Failed) result).reason();
        }
    }

    /**
     * How far it is.
     *
     * @param share of the work that was done when the cell started
     * @param begin of all cells, by {@link System#nanoTime}
     * @param started the cell
     */
    record Progress(String cell, int finished, int cells, double share, long begin, long started) {
        /** Such as {@code [####......] 4/16  replay, 8 segments  1m05s  ETA 3m10s}. */
        String text(long now) {
            String remaining =
                    finished == 0 ? "" : "  ETA " + shown(Math.max(0, (started - begin) / share - (now - begin)));
            return String.format(
                    Locale.ROOT,
                    "%s %d/%d  %s  %s%s",
                    LiveLine.bar(share, BAR),
                    finished,
                    cells,
                    cell,
                    shown(now - begin),
                    remaining);
        }

        private static String shown(double nanos) {
            return Quantity.duration(Duration.ofNanos((long) nanos));
        }
    }
}
