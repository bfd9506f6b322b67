package dev.mneme.runtime.engine;

import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;

/**
 * The engine that is used.
 *
 * @param provider opens it
 * @param device where its tensors live
 * @param reason why this one, for people: {@code asked for}, or how it compares with the others
 */
public record EngineChoice(EngineProvider provider, String device, String reason) {
    public String name() {
        return provider.name();
    }

    /**
     * Opens the engine; the caller closes it.
     *
     * @throws dev.mneme.error.MnemeException ({@code ENGINE_UNAVAILABLE}) if it does not work after all
     */
    public TensorBackend open(EngineOptions options) {
        return provider.open(options);
    }
}
