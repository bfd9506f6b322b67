package dev.mneme.runtime.session;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.checkpoint.Fingerprint;
import dev.mneme.runtime.model.Model;
import dev.mneme.task.Form;
import dev.mneme.task.TaskInfo;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves many sessions over one model.
 *
 * <pre>{@code
 * try (SessionPool pool = SessionPool.open(model, SessionOptions.defaults());
 *         Session session = pool.open()) {
 *     double[] logProbabilities = session.feed(task.parseInput("Call me"));
 *     Generated written = session.generate(new Decoding(100, 0.8, 40, 1, seed));
 *     session.save(Path.of("ishmael.session"));
 * }
 * }</pre>
 *
 * <p>One thread runs the model, a piece of every waiting session at a time; sessions that ask together are run as one
 * batch. Requests wait in a queue of bounded length, shared by all sessions; where it is full, callers wait for the
 * {@linkplain SessionOptions#patience patience} of the pool and are then turned away with {@code SESSION_BUSY}.
 *
 * <p>Thread-safe. The model must not be trained or closed while the pool is open.
 */
public final class SessionPool implements AutoCloseable {
    private final Model model;
    private final Scheduler scheduler;
    private @Nullable SessionFile files;

    private SessionPool(Model model, SessionOptions options) {
        this.model = model;
        this.scheduler = new Scheduler(model, options);
    }

    /**
     * Starts to serve; the caller closes the pool before the model.
     *
     * @throws MnemeException ({@code CONFIG_INVALID}) if the model does not predict the next token: only a decoder over
     *     one vocabulary does
     */
    public static SessionPool open(Model model, SessionOptions options) {
        TaskInfo task = model.describe().task();
        if (task.form() != Form.DECODER || task.vocabulary() != task.targetVocabulary()) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "only a decoder that predicts its own input is streamed token by token; this model is of the form "
                            + task.form() + " with " + task.vocabulary() + " input tokens and "
                            + task.targetVocabulary() + " labels");
        }
        return new SessionPool(model, options);
    }

    /**
     * A session at the beginning of a stream.
     *
     * @throws MnemeException ({@code SESSION_CLOSED}) if the pool is closed
     */
    public Session open() {
        return session(StreamState.start(model), Map.of());
    }

    /**
     * A session that goes on where a saved one was, on whatever engine that ran.
     *
     * @throws MnemeException ({@code CHECKPOINT_INVALID}) if the file is truncated, altered or no session;
     *     ({@code SESSION_MISMATCH}) if it belongs to another model or was written by a newer version;
     *     ({@code SESSION_CLOSED}) if the pool is closed
     */
    public Session restore(Path file) {
        SessionFile.Content content = files().read(file);
        return session(content.state(), content.notes());
    }

    /** What the pool is doing and has done. */
    public SessionStatistics statistics() {
        return scheduler.statistics();
    }

    /** Closes all sessions; requests that are not answered yet fail with {@code SESSION_CLOSED}. */
    @Override
    public void close() {
        scheduler.close();
    }

    Session session(StreamState state, Map<String, String> notes) {
        return new Session(
                this, scheduler, scheduler.open(state), model.describe().task(), notes);
    }

    /** Reads all parameters when it is first asked for. */
    synchronized SessionFile files() {
        SessionFile existing = files;
        if (existing == null) {
            existing = new SessionFile(model, Fingerprint.of(model));
            files = existing;
        }
        return existing;
    }
}
