package dev.mneme.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Module;
import dev.mneme.runtime.internal.ServiceFiles;
import dev.mneme.tensor.EngineProvider;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EngineModulesTest {
    @TempDir
    Path classPath;

    @Test
    void brokenModulesAreReportedAndTheRestLoads() throws IOException {
        EngineModules modules = load(
                "not.There",
                FakeEngine.class.getName(),
                TestEngineModules.FailsToConfigure.class.getName(),
                TestEngineModules.LacksABinding.class.getName(),
                TestEngineModules.FailsToConstruct.class.getName(),
                TestEngineModules.Misnamed.class.getName(),
                TestEngineModules.Good.class.getName());

        assertThat(modules.providers()).extracting(EngineProvider::name).containsExactly("good");
        assertThat(modules.failures())
                .satisfiesExactly(
                        missing -> assertThat(missing.reason()).contains("not.There"),
                        alien -> assertThat(alien.reason())
                                .contains("FakeEngine")
                                .contains("not a subtype"),
                        configure -> assertThat(configure.reason()).contains("no configuration"),
                        binding -> assertThat(binding.reason()).contains("Runnable"),
                        construct -> assertThat(construct.reason()).contains("no constructor"),
                        misnamed -> assertThat(misnamed.reason()).contains("'My Engine'"));
        assertThat(modules.failures().get(2).module()).isEqualTo(TestEngineModules.FailsToConfigure.class.getName());
    }

    @Test
    void modulesThatBindNoEngineAreLeftAlone() throws IOException {
        EngineModules modules = load(TestEngineModules.Unrelated.class.getName());

        assertThat(modules.providers()).isEmpty();
        assertThat(modules.failures()).isEmpty();
    }

    private EngineModules load(String... names) throws IOException {
        ServiceFiles.write(classPath, Module.class, names);
        try (URLClassLoader loader = ServiceFiles.over(classPath)) {
            return EngineModules.load(loader);
        }
    }
}
