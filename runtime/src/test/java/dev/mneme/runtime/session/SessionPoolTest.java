package dev.mneme.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.generate.Decoding;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.support.Small;
import dev.mneme.runtime.support.SmallTask;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SessionPoolTest {
    private static final int LENGTH = SmallTask.LENGTH;
    private static final SmallTask TASK = SmallTask.of(SmallTask.Kind.STREAM);

    private TensorBackend backend;
    private final MoodyMemoryProvider memory = new MoodyMemoryProvider();
    private Model model;
    private SessionPool pool;
    /** While it is closed, the thread that runs the model waits in a listener of {@link #hold}. */
    private final CountDownLatch gate = new CountDownLatch(1);

    @BeforeEach
    void open() {
        backend = Small.Engine.REFERENCE.open();
        model = Small.model(memory, backend, TASK, DType.F64, 0, 1);
        pool = SessionPool.open(model, new SessionOptions(64, 8, Duration.ofSeconds(30)));
    }

    @AfterEach
    void close() {
        gate.countDown();
        pool.close();
        model.close();
        assertThat(backend.memory().liveTensors()).isZero();
        backend.close();
    }

    @Test
    void manyThreadsGetWhatEachWouldGetAlone() throws Exception {
        int threads = 12;
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Future<double[]>> found = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int seed = thread;
            found.add(executor.submit(() -> feedAtRandom(OnePass.tokens(model, 60 + seed, seed), seed)));
        }
        for (int thread = 0; thread < threads; thread++) {
            double[] expected = OnePass.logProbabilities(model, OnePass.tokens(model, 60 + thread, thread));
            assertThat(tail(found.get(thread).get())).containsExactly(tail(expected), within(1e-12));
        }
        executor.shutdown();
        SessionStatistics statistics = pool.statistics();
        assertThat(statistics.sessions()).isZero();
        assertThat(statistics.requests()).isZero();
        assertThat(statistics.tokens()).isEqualTo(12 * 60 + 11 * 6);
    }

    @Test
    void whatArrivesTogetherIsRunTogether() {
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sessions.add(pool.open());
        }
        CompletableFuture<Generated> held = hold(sessions.get(0));
        List<CompletableFuture<double[]>> answers = new ArrayList<>();
        for (int i = 1; i < 8; i++) {
            answers.add(sessions.get(i).feedAsync(OnePass.tokens(model, 3 * LENGTH, i)));
        }
        long batches = pool.statistics().batches();
        gate.countDown();
        for (int i = 1; i < 8; i++) {
            double[] expected = OnePass.logProbabilities(model, OnePass.tokens(model, 3 * LENGTH, i));
            assertThat(tail(answers.get(i - 1).join())).containsExactly(tail(expected), within(1e-12));
        }
        held.join();
        SessionStatistics statistics = pool.statistics();
        assertThat(statistics.batches() - batches).isLessThanOrEqualTo(4);
        assertThat(statistics.rows()).isGreaterThanOrEqualTo(7 * 3);
        assertThat(statistics.answered()).isEqualTo(2 + 7);
        sessions.forEach(Session::close);
    }

    @Test
    void sessionsInTheMiddleOfASegmentAreRunTogether() {
        List<Session> sessions = new ArrayList<>();
        List<long[]> starts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            sessions.add(pool.open());
            starts.add(OnePass.tokens(model, 1 + i, i));
            sessions.get(i).feed(starts.get(i));
        }
        Session other = pool.open();
        CompletableFuture<Generated> held = hold(other);
        List<CompletableFuture<Generated>> answers = new ArrayList<>();
        for (Session session : sessions) {
            answers.add(session.generateAsync(new Decoding(10, 1.2, 0, 1, 3), StopRule.NEVER, token -> {}));
        }
        long batches = pool.statistics().batches();
        gate.countDown();
        for (int i = 0; i < 6; i++) {
            try (Session alone = pool.open()) {
                alone.feed(starts.get(i));
                Generated together = answers.get(i).join();
                Generated expected = alone.generate(new Decoding(10, 1.2, 0, 1, 3));
                assertThat(together.tokens()).containsExactly(expected.tokens());
                assertThat(together.logProbabilities()).containsExactly(expected.logProbabilities(), within(1e-12));
            }
            if (i == 0) {
                assertThat(pool.statistics().batches() - batches).isLessThan(30);
            }
        }
        held.join();
        other.close();
        sessions.forEach(Session::close);
    }

    @Test
    void aFullQueueTurnsCallersAwayAfterTheirPatience() {
        try (SessionPool small = SessionPool.open(model, new SessionOptions(2, 1, Duration.ofMillis(20)));
                Session session = small.open();
                Session other = small.open()) {
            CompletableFuture<Generated> held = hold(session);
            CompletableFuture<double[]> waiting = other.feedAsync(1, 2);
            assertThatThrownBy(() -> other.feed(3))
                    .isInstanceOf(MnemeException.class)
                    .hasMessageStartingWith("SESSION_BUSY: 2 requests are being answered or waiting")
                    .hasMessageContaining("nothing was read");
            assertThat(small.statistics().refused()).isEqualTo(1);
            gate.countDown();
            held.join();
            waiting.join();
            assertThat(other.feed(3)).hasSize(1);
            assertThat(other.tokensRead()).isEqualTo(3);
        }
    }

    @Test
    void aPlaceIsFreeAsSoonAsAnAnswerIsGiven() {
        try (SessionPool small = SessionPool.open(model, new SessionOptions(1, 1, Duration.ZERO));
                Session session = small.open()) {
            for (int i = 0; i < 300; i++) {
                assertThat(session.feed(1)).hasSize(1);
            }
        }
    }

    @Test
    void requestsOfOneSessionAreAnsweredInOrder() {
        try (Session session = pool.open()) {
            List<CompletableFuture<double[]>> answers = new ArrayList<>();
            long[] tokens = OnePass.tokens(model, 30, 1);
            for (int i = 0; i < 30; i++) {
                answers.add(session.feedAsync(tokens[i]));
            }
            double[] found =
                    answers.stream().mapToDouble(answer -> answer.join()[0]).toArray();
            assertThat(tail(found)).containsExactly(tail(OnePass.logProbabilities(model, tokens)), within(1e-12));
        }
    }

    @Test
    void aLongRequestDoesNotKeepOthersWaiting() {
        try (SessionPool narrow = SessionPool.open(model, new SessionOptions(8, 1, Duration.ofSeconds(30)));
                Session patient = narrow.open();
                Session quick = narrow.open()) {
            CompletableFuture<double[]> all = patient.feedAsync(OnePass.tokens(model, 40_000, 1));
            assertThat(quick.feed(1, 2, 3)).hasSize(3);
            assertThat(all).isNotDone();
            patient.close();
            assertClosed(all);
        }
    }

    @Test
    void aFailingRequestFailsAlone() {
        Session good = pool.open();
        Session bad = pool.open();
        good.feed(1, 2, 3, 4);
        bad.feed(1, 2);
        try (Session other = pool.open()) {
            CompletableFuture<Generated> held = hold(other);
            memory.refuse(7);
            List<CompletableFuture<double[]>> answers =
                    List.of(good.feedAsync(5, 6, 5, 6), bad.feedAsync(5, 6, 5, 6, 5, 5, 7, 5, 5));
            gate.countDown();
            held.join();
            assertThat(answers.get(0).join()).hasSize(4);
            assertThatThrownBy(() -> answers.get(1).join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
        // It is where it was before the request, segments ago.
        assertThat(bad.tokensRead()).isEqualTo(2);
        long[] all = {1, 2, 5, 5, 6, 0, 1};
        assertThat(bad.feed(5, 5, 6, 0, 1))
                .containsExactly(Arrays.copyOfRange(OnePass.logProbabilities(model, all), 2, 7), within(1e-12));
        good.close();
        bad.close();
    }

    @Test
    void segmentsThatFailTogetherAreTriedAlone() {
        Session good = pool.open();
        Session bad = pool.open();
        try (Session other = pool.open()) {
            CompletableFuture<Generated> held = hold(other);
            memory.refuse(7);
            CompletableFuture<double[]> fine = good.feedAsync(1, 2, 3, 4);
            CompletableFuture<double[]> failing = bad.feedAsync(1, 2, 3, 7);
            gate.countDown();
            held.join();
            assertThat(fine.join()).hasSize(4);
            assertThat(catchThrowable(failing::join)).hasCauseInstanceOf(IllegalArgumentException.class);
        }
        assertThat(bad.tokensRead()).isZero();
        good.close();
        bad.close();
    }

    @Test
    void exceptionsOfListenersEndTheirRequest() {
        try (Session session = pool.open()) {
            session.feed(1, 2, 3);
            assertThatThrownBy(() -> session.generate(Decoding.greedy(5), StopRule.NEVER, token -> {
                        throw new IllegalStateException("enough");
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("enough");
            assertThat(session.tokensRead()).isEqualTo(3);
            assertThat(session.generate(Decoding.greedy(5)).tokens()).hasSize(5);
        }
    }

    @Test
    void closingASessionFailsItsRequestsAndNoOthers() {
        Session closing = pool.open();
        try (Session other = pool.open();
                Session session = pool.open()) {
            CompletableFuture<Generated> held = hold(other);
            CompletableFuture<double[]> lost = closing.feedAsync(1, 2, 3);
            CompletableFuture<double[]> kept = session.feedAsync(1, 2, 3);
            closing.close();
            assertClosed(lost);
            assertThatThrownBy(() -> closing.feed(1)).hasMessageStartingWith("SESSION_CLOSED: the session was closed");
            closing.close();
            gate.countDown();
            held.join();
            assertThat(kept.join()).hasSize(3);
        }
    }

    @Test
    void closingThePoolFailsWhatIsNotAnswered() throws Exception {
        Session running = pool.open();
        Session waiting = pool.open();
        CompletableFuture<double[]> first = running.feedAsync(OnePass.tokens(model, 40_000, 1));
        CompletableFuture<Generated> second = waiting.generateAsync(Decoding.greedy(3), StopRule.NEVER, token -> {});
        pool.close();
        assertClosed(first);
        assertThat(second).isDone();
        assertThatThrownBy(() -> pool.open()).hasMessageStartingWith("SESSION_CLOSED: the pool of sessions was closed");
        assertThatThrownBy(() -> running.feed(1)).hasMessageStartingWith("SESSION_CLOSED");
        assertThat(backend.memory().liveTensors()).isEqualTo(model.parameters().size());
    }

    @Test
    void cancelledRequestsLeaveNoTrace() {
        try (Session session = pool.open();
                Session other = pool.open()) {
            session.feed(1, 2);
            CompletableFuture<Generated> held = hold(other);
            CompletableFuture<double[]> cancelled = session.feedAsync(3, 4, 5, 6, 7);
            CompletableFuture<double[]> kept = session.feedAsync(5, 6);
            cancelled.cancel(true);
            gate.countDown();
            held.join();
            long[] all = {1, 2, 5, 6};
            assertThat(kept.join())
                    .containsExactly(Arrays.copyOfRange(OnePass.logProbabilities(model, all), 2, 4), within(1e-12));
            assertThat(session.tokensRead()).isEqualTo(4);
        }
    }

    @Test
    void interruptedCallersTakeTheirRequestBack() throws InterruptedException {
        try (Session session = pool.open();
                Session other = pool.open()) {
            session.feed(1, 2);
            CompletableFuture<Generated> held = hold(other);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> thrown.set(catchThrowable(() -> session.feed(3, 4, 5))));
            caller.start();
            caller.interrupt();
            caller.join();
            gate.countDown();
            held.join();
            assertThat(thrown.get()).isInstanceOf(MnemeException.class).hasMessageStartingWith("INTERRUPTED");
            session.feed();
            assertThat(session.tokensRead()).isEqualTo(2);
        }
    }

    @Test
    void answersMayAskAgainButNotWait() throws ExecutionException, InterruptedException {
        try (Session session = pool.open();
                Session other = pool.open()) {
            CompletableFuture<Generated> held = hold(other);
            CompletableFuture<double[]> chained =
                    session.feedAsync(1, 2, 3).thenCompose(read -> session.feedAsync(4, 5));
            CompletableFuture<Throwable> waiting =
                    session.feedAsync(6).thenApply(read -> catchThrowable(() -> session.feed(7)));
            gate.countDown();
            held.join();
            assertThat(chained.get()).hasSize(2);
            assertThat(waiting.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("Async");
            CompletableFuture<Void> closing = session.feedAsync(1).thenAccept(read -> session.close());
            closing.get();
        }
    }

    /** Lets the thread that runs the model wait for the gate; returns when it does. */
    private CompletableFuture<Generated> hold(Session session) {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Generated> held = session.feedAsync(1)
                .thenCompose(read -> session.generateAsync(Decoding.greedy(1), StopRule.NEVER, token -> {
                    waiting.countDown();
                    await(gate);
                }));
        await(waiting);
        return held;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertClosed(CompletableFuture<?> answer) {
        assertThatThrownBy(answer::join)
                .cause()
                .isInstanceOf(MnemeException.class)
                .extracting(e -> ((MnemeException) e).code())
                .isEqualTo(ErrorCode.SESSION_CLOSED);
    }

    private double[] feedAtRandom(long[] tokens, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] result = new double[tokens.length];
        try (Session session = pool.open()) {
            for (int start = 0; start < tokens.length; ) {
                int length = Math.min(tokens.length - start, 1 + random.nextInt(9));
                double[] piece = session.feed(Arrays.copyOfRange(tokens, start, start + length));
                System.arraycopy(piece, 0, result, start, length);
                start += length;
            }
        }
        return result;
    }

    private static double[] tail(double[] values) {
        return Arrays.copyOfRange(values, 1, values.length);
    }
}
