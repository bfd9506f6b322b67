package dev.mneme.backend.libtorch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineInfo;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LibTorchModuleTest {
    @Test
    void theServiceLoaderFindsTheModuleAndGuiceTheEngine() {
        Set<EngineProvider> providers = Guice.createInjector(ServiceLoader.load(Module.class))
                .getInstance(Key.get(new TypeLiteral<Set<EngineProvider>>() {}));
        EngineProvider provider = providers.stream()
                .filter(p -> p.name().equals("libtorch"))
                .findFirst()
                .orElseThrow();
        assertThat(provider.availability()).isInstanceOf(Availability.Available.class);
        try (TensorBackend backend = provider.open(new EngineOptions(2))) {
            EngineInfo info = backend.info();
            assertThat(info.version()).startsWith("2.");
            assertThat(info.threads()).isEqualTo(2);
            assertThat(info.details().get("BLAS")).isEqualTo("OpenBLAS");
            assertThat(info.details().get("OpenMP wait policy")).startsWith("PASSIVE");
            assertThat(info.details()).containsKeys("LibTorch", "vector instructions", "natives");
        }
    }
}
