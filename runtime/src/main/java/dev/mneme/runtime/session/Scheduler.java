package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.model.Model;
import dev.mneme.tensor.GradientMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests, at most so many at a time, and hands them to one thread that runs a piece of every waiting session in
 * turn.
 */
final class Scheduler implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);

    private final Model model;
    private final SessionOptions options;
    private final Rounds rounds;
    private final Semaphore places;
    private final Thread worker;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Lane> lanes = new LinkedHashSet<>();
    /** Lanes that have requests and are not being run, longest waiting first. */
    private final Deque<Lane> ready = new ArrayDeque<>();

    private final LongAdder answered = new LongAdder();

    private boolean closed;
    private @Nullable Throwable failure;
    private long refused;

    Scheduler(Model model, SessionOptions options) {
        this.model = model;
        this.options = options;
        this.places = new Semaphore(options.queue(), true);
        this.rounds = new Rounds(new PieceRunner(model), this::endTurn);
        this.worker = new Thread(this::serve, "mneme-sessions");
        worker.setDaemon(true);
        worker.start();
    }

    /** Adds a session; takes over the state. */
    Lane open(StreamState state) {
        lock.lock();
        try {
            if (closed) {
                state.close();
                throw poolClosed();
            }
            Lane lane = new Lane(model, state);
            lanes.add(lane);
            return lane;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Puts a request behind the others of its session.
     *
     * @throws MnemeException ({@code SESSION_BUSY}, {@code SESSION_CLOSED} or {@code INTERRUPTED})
     */
    <T> CompletableFuture<T> submit(Lane lane, Job<T> job) {
        takePlace();
        lock.lock();
        try {
            if (closed || lane.closed) {
                places.release();
                throw closed ? poolClosed() : sessionClosed();
            }
            lane.jobs.add(job);
            if (lane.jobs.size() == 1 && !lane.running) {
                ready.add(lane);
                changed.signalAll();
            }
            return job.answer();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this is the thread that runs the model: it must not wait for itself. */
    boolean isWorker() {
        return Thread.currentThread() == worker;
    }

    /** Closes a session. Its tensors are gone when this returns, unless the worker itself calls. */
    void close(Lane lane) {
        List<Job<?>> dropped;
        lock.lock();
        try {
            dropped = lane.closed ? List.of() : closeLane(lane);
            while (lane.running && !isWorker()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
        dropped.forEach(job -> job.answer().completeExceptionally(sessionClosed()));
    }

    @Override
    public void close() {
        shutDown(null);
        boolean interrupted = false;
        while (!isWorker() && worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** What is going on; see {@link SessionPool#statistics}. */
    SessionStatistics statistics() {
        lock.lock();
        try {
            return new SessionStatistics(
                    lanes.size(),
                    options.queue() - places.availablePermits(),
                    answered.sum(),
                    refused,
                    rounds.tokens(),
                    rounds.batches(),
                    rounds.rows());
        } finally {
            lock.unlock();
        }
    }

    private void takePlace() {
        try {
            boolean taken = isWorker()
                    ? places.tryAcquire()
                    : places.tryAcquire(options.patience().toNanos(), TimeUnit.NANOSECONDS);
            if (taken) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MnemeException(
                    ErrorCode.INTERRUPTED, "interrupted while waiting for a place in the queue; nothing was read", e);
        }
        lock.lock();
        try {
            refused++;
        } finally {
            lock.unlock();
        }
        throw new MnemeException(
                ErrorCode.SESSION_BUSY,
                options.queue() + " requests are being answered or waiting, and no place became free in "
                        + options.patience() + "; nothing was read. Ask again later, or open the pool with a longer"
                        + " queue or more patience");
    }

    private void serve() {
        try (GradientMode off = model.backend().noGradient()) {
            for (List<Turn> turns = next(); !turns.isEmpty(); turns = next()) {
                try {
                    rounds.run(turns);
                } finally {
                    putBack(turns);
                }
            }
        } catch (Throwable e) {
            log.error("the thread that serves sessions failed", e);
            shutDown(e);
        }
    }

    /** Waits for requests; none when closed. */
    private List<Turn> next() {
        lock.lock();
        try {
            while (ready.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            List<Turn> turns = new ArrayList<>();
            while (!ready.isEmpty() && turns.size() < options.maxBatch()) {
                Lane lane = ready.remove();
                lane.running = true;
                turns.add(new Turn(lane, lane.jobs.element()));
            }
            return turns;
        } finally {
            lock.unlock();
        }
    }

    private void putBack(List<Turn> turns) {
        lock.lock();
        try {
            for (Turn turn : turns) {
                Lane lane = turn.lane();
                lane.running = false;
                if (turn.job().hasEnded()) {
                    lane.jobs.remove();
                }
                if (lane.closed) {
                    empty(lane);
                } else if (!lane.jobs.isEmpty()) {
                    ready.add(lane);
                }
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Before a request is answered: the next one may come at once. */
    private void endTurn(Job<?> job) {
        if (!job.hasEnded()) {
            answered.increment();
            end(job);
        }
    }

    /** Gives the place of a request back. */
    private void end(Job<?> job) {
        if (!job.hasEnded()) {
            job.end();
            places.release();
        }
    }

    /** Called with the lock held; what is being run is closed when its turn is over. */
    private List<Job<?>> closeLane(Lane lane) {
        lane.closed = true;
        lanes.remove(lane);
        ready.remove(lane);
        List<Job<?>> unanswered = List.copyOf(lane.jobs);
        if (!lane.running) {
            empty(lane);
        }
        return unanswered;
    }

    private void empty(Lane lane) {
        lane.jobs.forEach(this::end);
        lane.jobs.clear();
        lane.track.close();
    }

    private void shutDown(@Nullable Throwable cause) {
        List<Job<?>> unanswered = new ArrayList<>();
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            failure = cause;
            for (Lane lane : List.copyOf(lanes)) {
                unanswered.addAll(closeLane(lane));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        unanswered.forEach(job -> job.answer().completeExceptionally(poolClosed()));
    }

    private static MnemeException sessionClosed() {
        return new MnemeException(
                ErrorCode.SESSION_CLOSED,
                "the session was closed; what was being read is lost. Open or restore another");
    }

    private MnemeException poolClosed() {
        return new MnemeException(
                ErrorCode.SESSION_CLOSED,
                failure == null
                        ? "the pool of sessions was closed"
                        : "the pool of sessions was closed because the thread that runs the model failed: " + failure,
                failure);
    }
}
