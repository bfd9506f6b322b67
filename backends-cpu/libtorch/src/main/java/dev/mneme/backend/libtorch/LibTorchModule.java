package dev.mneme.backend.libtorch;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.tensor.EngineProvider;

/** Adds the LibTorch engine on the CPU to the engines a runtime may choose from. */
public final class LibTorchModule extends AbstractModule {
    @Override
    protected void configure() {
        Multibinder.newSetBinder(binder(), EngineProvider.class).addBinding().to(LibTorchEngineProvider.class);
    }
}
