package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.task.TaskInfo;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;

/**
 * A stream of tokens that a model reads and writes, for as long as it goes on, in constant memory. It is the same stream
 * however it is cut: segments end after every {@code task.maxLength} tokens (for text {@code model.segment}), wherever
 * the pieces end.
 *
 * <p>Thread-safe: requests are answered in the order they are made. A request that fails, is cancelled or interrupted
 * leaves the stream where it was before. Answers of the {@code Async} methods are given on the thread that runs the
 * model: what depends on them must be quick there, or use the {@code Async} methods of {@link CompletableFuture}.
 *
 * <p>All methods throw {@link MnemeException}: {@code SESSION_BUSY} if the queue of the pool stays full,
 * {@code SESSION_CLOSED} if session or pool are closed before the answer, {@code INTERRUPTED} if the thread is
 * interrupted while it waits.
 */
public final class Session implements AutoCloseable {
    private final SessionPool pool;
    private final Scheduler scheduler;
    private final Lane lane;
    private final TaskInfo task;
    private final Map<String, String> notes;

    Session(SessionPool pool, Scheduler scheduler, Lane lane, TaskInfo task, Map<String, String> notes) {
        this.pool = pool;
        this.scheduler = scheduler;
        this.lane = lane;
        this.task = task;
        this.notes = Map.copyOf(notes);
    }

    /**
     * Reads tokens.
     *
     * @param tokens ids, any number
     * @return natural logarithm of the probability that the model gave each of them after everything before it; NaN for
     *     the very first of the stream, which nothing predicts
     * @throws MnemeException ({@code CONFIG_INVALID}) for an id outside of the vocabulary
     */
    public double[] feed(long... tokens) {
        return await(feedAsync(tokens));
    }

    /** As {@link #feed}; waits for a place in the queue, not for the answer. */
    public CompletableFuture<double[]> feedAsync(long... tokens) {
        for (long id : tokens) {
            if (id < 0 || id >= task.vocabulary()) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        "fed token " + id + "; the vocabulary has ids 0 to " + (task.vocabulary() - 1));
            }
        }
        return scheduler.submit(lane, new FeedJob(tokens.clone()));
    }

    /** As {@link #generate(Decoding, StopRule, LongConsumer)}, until the end symbol or the length. */
    public Generated generate(Decoding decoding) {
        return generate(decoding, StopRule.NEVER, token -> {});
    }

    /**
     * Goes on with the stream: chooses tokens one by one and reads them. A draw depends on the seed and on the number of
     * tokens read before it alone: asking for ten tokens twice gives what asking for twenty gives, after
     * being restored too.
     *
     * @param listener is told every token, on the thread that runs the model: it must be quick
     * @throws MnemeException ({@code CONFIG_INVALID}) at the very beginning of a stream: there is nothing to go on with
     */
    public Generated generate(Decoding decoding, StopRule stop, LongConsumer listener) {
        return await(generateAsync(decoding, stop, listener));
    }

    /** As {@link #generate(Decoding, StopRule, LongConsumer)}; waits for a place in the queue, not for the answer. */
    public CompletableFuture<Generated> generateAsync(Decoding decoding, StopRule stop, LongConsumer listener) {
        return scheduler.submit(lane, new GenerateJob(decoding, stop, task.endToken(), listener));
    }

    /** As {@link #save(Path, Map)}, with the notes it has. */
    public void save(Path file) {
        save(file, notes);
    }

    /**
     * Saves the stream as it is after the requests made so far; {@link SessionPool#restore} goes on from there, on any
     * engine. The file is there complete or not at all.
     *
     * @param texts whatever the caller wants to find again in {@link #notes}
     * @throws MnemeException ({@code FILE_FAILED}) if it cannot be written
     */
    public void save(Path file, Map<String, String> texts) {
        StreamState state = await(scheduler.submit(lane, new SnapshotJob()));
        try {
            pool.files().write(file, state, texts);
        } finally {
            state.close();
        }
    }

    /** Another session at the place where this one is after the requests made so far. */
    public Session fork() {
        return pool.session(await(scheduler.submit(lane, new SnapshotJob())), notes);
    }

    /** Tokens of the stream at the last answer, since its very beginning. */
    public long tokensRead() {
        return lane.tokensRead();
    }

    /** What was saved beside the stream that this session goes on with. */
    public Map<String, String> notes() {
        return notes;
    }

    /** Requests that are not answered yet fail with {@code SESSION_CLOSED}. */
    @Override
    public void close() {
        scheduler.close(lane);
    }

    private <T> T await(CompletableFuture<T> answer) {
        if (scheduler.isWorker() && !answer.isDone()) {
            answer.cancel(false);
            throw new IllegalStateException(
                    "waiting for a session on the thread that has to answer; use its Async methods there");
        }
        try {
            return answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (!answer.cancel(false)) {
                return answer.join(); // It came in the same moment.
            }
            throw new MnemeException(
                    ErrorCode.INTERRUPTED, "interrupted while waiting for a session; the request was taken back", e);
        } catch (CancellationException e) {
            throw new IllegalStateException("nobody else has this answer to cancel it", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new MnemeException(ErrorCode.ENGINE_FAILED, "a session's request failed: " + e.getCause(), e);
        }
    }
}
