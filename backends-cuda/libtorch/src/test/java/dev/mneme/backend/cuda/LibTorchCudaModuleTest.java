package dev.mneme.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineProvider;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

final class LibTorchCudaModuleTest {
    @Test
    void serviceLoaderFindsTheModuleAndItBindsTheEngine() {
        Module module = ServiceLoader.load(Module.class).stream()
                .filter(found -> found.type().equals(LibTorchCudaModule.class))
                .findFirst()
                .orElseThrow()
                .get();
        Set<EngineProvider> engines = Guice.createInjector(module, new AbstractModule() {
                    @Override
                    protected void configure() {
                        binder().requireExplicitBindings();
                    }
                })
                .getInstance(Key.get(new TypeLiteral<Set<EngineProvider>>() {}));

        assertThat(engines).extracting(EngineProvider::name).containsExactly("libtorch-cuda");
    }

    @Test
    void withoutNativesTheReasonIsGivenAndTheProcessorStillComputes() {
        SystemProbe probe = new SystemProbe();
        Assumptions.assumeFalse(probe.hasNatives(), "the natives for GPUs are on the class path (-Pcuda)");

        assertThat(new LibTorchCudaEngineProvider(probe).availability())
                .isInstanceOfSatisfying(
                        Availability.Unavailable.class,
                        unavailable -> assertThat(unavailable.reason())
                                .containsAnyOf("no NVIDIA GPU is seen here", "are not on the class path"));
        assertThat(new dev.mneme.backend.libtorch.LibTorchEngineProvider().availability())
                .isInstanceOf(Availability.Available.class);
    }
}
