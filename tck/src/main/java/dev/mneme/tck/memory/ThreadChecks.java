package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.StepResult;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Streams of several threads through one mechanism. */
final class ThreadChecks {
    private static final double TOLERANCE = 1e-12;
    private static final int THREADS = 2;
    private static final int REPEATS = 3;
    private static final int SEGMENTS = 2;

    private ThreadChecks() {}

    static void threads(Subject<?> subject, TensorBackend backend) throws Exception {
        try (TestModel model = subject.open(backend)) {
            List<List<Outcome>> alone = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                alone.add(run(model, thread));
            }
            ExecutorService executor = Executors.newFixedThreadPool(THREADS);
            try {
                CountDownLatch ready = new CountDownLatch(THREADS);
                List<Future<List<List<Outcome>>>> futures = new ArrayList<>();
                for (int thread = 0; thread < THREADS; thread++) {
                    int own = thread;
                    futures.add(executor.submit(() -> {
                        ready.countDown();
                        ready.await();
                        return repeat(model, own);
                    }));
                }
                for (int thread = 0; thread < THREADS; thread++) {
                    for (List<Outcome> together : results(futures.get(thread))) {
                        compare(together, alone.get(thread));
                    }
                }
            } finally {
                executor.shutdownNow();
            }
        }
    }

    private static List<List<Outcome>> results(Future<List<List<Outcome>>> future) throws Exception {
        try {
            return future.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("a thread failed beside another: " + e.getCause(), e);
        }
    }

    private static List<List<Outcome>> repeat(TestModel model, int thread) {
        List<List<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < REPEATS; i++) {
            all.add(run(model, thread));
        }
        return all;
    }

    /** Some segments of this thread's streams. */
    private static List<Outcome> run(TestModel model, int thread) {
        List<Outcome> outcomes = new ArrayList<>();
        try (TensorScope scope = model.backend().scope();
                GradientMode off = model.backend().noGradient()) {
            int[] streams = {thread, 7 + thread};
            MemoryState state = model.initialState(streams.length);
            for (int i = 0; i < SEGMENTS; i++) {
                TestSegments segment = model.segment(i, streams);
                StepResult result = model.step(segment, state);
                outcomes.add(Outcome.of(segment, result));
                state = result.next();
            }
        }
        return outcomes;
    }

    private static void compare(List<Outcome> together, List<Outcome> alone) {
        for (int i = 0; i < alone.size(); i++) {
            together.get(i).assertEquals(alone.get(i), TOLERANCE, "beside another thread, segment " + (i + 1));
        }
    }
}
