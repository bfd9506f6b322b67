package dev.mneme.tensor;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;

/** Opens one kind of engine. Engine modules contribute theirs to the runtime, which picks by name or by priority. */
public interface EngineProvider {
    /** The name given to {@code --backend}: lower case, digits and hyphens. */
    String name();

    /** Among the available engines the one with the highest priority is the automatic choice. */
    int priority();

    /** Whether {@link #open} can succeed here; loads natives if it must, and never throws. */
    Availability availability();

    /**
     * Opens an engine; the caller closes it.
     *
     * @throws MnemeException ({@code ENGINE_UNAVAILABLE}) with reason and remedy if it does not work here
     */
    TensorBackend open(EngineOptions options);

    /**
     * Refuses to open what does not work here.
     *
     * @throws MnemeException ({@code ENGINE_UNAVAILABLE}) with reason and remedy
     */
    default void requireAvailable() {
        if (availability() instanceof Availability.Unavailable unavailable) {
            String remedy = unavailable.remedy().isEmpty() ? "" : "; " + unavailable.remedy();
            throw new MnemeException(ErrorCode.ENGINE_UNAVAILABLE, name() + ": " + unavailable.reason() + remedy);
        }
    }
}
