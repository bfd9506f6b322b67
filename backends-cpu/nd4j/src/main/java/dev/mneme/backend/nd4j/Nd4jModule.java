package dev.mneme.backend.nd4j;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.tensor.EngineProvider;

/** Adds the Deeplearning4j engine to the engines a runtime may choose from. */
public final class Nd4jModule extends AbstractModule {
    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), EngineProvider.class).addBinding().to(Nd4jEngineProvider.class);
    }
}
