package dev.mneme.backend.cuda;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.tensor.EngineProvider;

/** Adds the LibTorch engine on CUDA to the engines a runtime may choose from. */
public final class LibTorchCudaModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(CudaProbe.class).toInstance(new SystemProbe());
        Multibinder.newSetBinder(binder(), EngineProvider.class).addBinding().to(LibTorchCudaEngineProvider.class);
    }
}
