package org.example.events;

import dev.mneme.runtime.Mneme;
import dev.mneme.runtime.TrainingRun;
import dev.mneme.runtime.model.Model;
import dev.mneme.runtime.session.Session;
import dev.mneme.runtime.session.SessionOptions;
import dev.mneme.runtime.session.SessionPool;
import dev.mneme.runtime.session.SessionStatistics;
import dev.mneme.runtime.train.TrainListener;
import dev.mneme.runtime.train.TrainResult;
import dev.mneme.tasks.text.TokenSequences;
import dev.mneme.tasks.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How surprising is what a customer does, after all that this customer did before? One model, one session a customer.
 * Thread-safe.
 */
final class SurpriseService implements AutoCloseable {
    private static final Vocabulary WORDS = Vocabulary.of(Shop.words());
    private static final SessionOptions LIMITS = new SessionOptions(32, 32, Duration.ofMillis(50));

    private final Path folder;
    private final SessionPool pool;
    private final Session beginning;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** Learns what is usual. Where a process died while it learned, the next one goes on. */
    static TrainResult train(Mneme mneme, Path folder, List<List<Event>> histories, TrainListener listener) {
        Map<String, Object> settings = Map.of(
                "memory", "transformer-xl", "memory.length", 64,
                "model.dim", 32, "model.layers", 1, "model.segment", 32,
                "train.batch", 16, "train.segments", 2, "train.steps", 200, "train.lr", 0.01, "train.save_every", 40);
        List<long[]> sequences = histories.stream().map(SurpriseService::tokens).toList();
        try (TrainingRun run = mneme.newRun(settings, context -> TokenSequences.task(WORDS, sequences, context))) {
            return run.resume(folder, listener);
        }
    }

    /**
     * Serves customers.
     *
     * @param model what {@link #train} left; closed by the caller, after this
     * @param folder where sessions are kept
     */
    SurpriseService(Model model, Path folder) {
        this.folder = folder;
        this.pool = SessionPool.open(model, LIMITS);
        this.beginning = pool.open();
        beginning.feed(WORDS.begin());
    }

    /** Surprise in bits; the event is part of the customer's history afterwards. */
    double surprise(String customer, Event event) {
        return bits(session(customer).feed(tokens(List.of(event))));
    }

    private Session session(String customer) {
        return sessions.computeIfAbsent(customer, name -> {
            Path saved = file(name);
            return Files.exists(saved) ? pool.restore(saved) : beginning.fork();
        });
    }

    private static double bits(double... logProbabilities) {
        return -Arrays.stream(logProbabilities).sum() / Math.log(2);
    }

    /** Surprise in bits if this were to happen; the customer's history stays as it is. */
    double whatIf(String customer, Event event) {
        try (Session fork = session(customer).fork()) {
            return bits(fork.feed(tokens(List.of(event))));
        }
    }

    /** Writes all sessions; a later service in this folder goes on with them. */
    void save() throws IOException {
        Files.createDirectories(folder);
        sessions.forEach((customer, session) -> session.save(file(customer)));
    }

    private Path file(String customer) {
        if (!customer.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("'" + customer + "' is no name of a customer");
        }
        return folder.resolve(customer + ".session");
    }

    private static long[] tokens(List<Event> events) {
        return events.stream()
                .flatMapToLong(event -> Arrays.stream(WORDS.encode(event.action(), event.subject())))
                .toArray();
    }

    SessionStatistics statistics() {
        return pool.statistics();
    }

    /** Closes all sessions; what was not saved is forgotten. */
    @Override
    public void close() {
        pool.close();
    }
}
