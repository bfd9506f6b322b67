package dev.mneme.cli.bench;

import dev.mneme.runtime.evaluate.ProcessMemory;
import dev.mneme.runtime.session.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * Feeds random tokens to a session, piece by piece, and notes time, resident memory and the size of its saved state as it
 * goes.
 *
 * @param tokens that count
 * @param warmUp tokens before them, while the virtual machine compiles
 * @param piece tokens of a request
 * @param vocabulary number of ids
 * @param seed of the ids
 */
public record StreamMeter(long tokens, long warmUp, int piece, int vocabulary, long seed) {
    /** Samples over the tokens that count. */
    private static final int SAMPLES = 100;

    /**
     * One sample.
     *
     * @param tokens read so far, warm-up excluded
     * @param seconds they took since the sample before
     * @param residentBytes of the process at the end of it
     * @param stateBytes of the session saved at the end of it
     */
    public record Sample(long tokens, double seconds, long residentBytes, long stateBytes) {}

    /**
     * Reads everything.
     *
     * @param scratch file to save the session to; overwritten
     * @param progress gets the number of tokens read, warm-up included
     */
    public List<Sample> run(Session session, Path scratch, LongConsumer progress) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        for (long read = 0; read < warmUp; read += piece) {
            feed(session, random, (int) Math.min(piece, warmUp - read));
            progress.accept(read);
        }
        List<Sample> samples = new ArrayList<>();
        long read = 0;
        for (int sample = 1; sample <= SAMPLES; sample++) {
            long end = tokens * sample / SAMPLES;
            long begin = System.nanoTime();
            while (read < end) {
                int count = (int) Math.min(piece, end - read);
                feed(session, random, count);
                read += count;
                progress.accept(warmUp + read);
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            long resident = ProcessMemory.residentBytes();
            session.save(scratch);
            samples.add(new Sample(read, seconds, resident, Files.size(scratch)));
        }
        return samples;
    }

    private void feed(Session session, SplittableRandom random, int count) {
        session.feed(random.longs(count, 0, vocabulary).toArray());
    }
}
