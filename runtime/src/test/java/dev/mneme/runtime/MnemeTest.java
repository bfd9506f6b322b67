package dev.mneme.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.multibindings.Multibinder;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.runtime.engine.EngineStatus;
import dev.mneme.runtime.engine.FakeEngine;
import dev.mneme.runtime.engine.TestEngineModules;
import dev.mneme.runtime.internal.ServiceFiles;
import dev.mneme.tensor.EngineProvider;
import java.io.IOException;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MnemeTest {
    @TempDir
    Path folder;

    @Test
    void opensWithTheEngineModulesOfTheClassPath() throws IOException {
        ServiceFiles.write(
                folder,
                Module.class,
                TestEngineModules.FailsToConstruct.class.getName(),
                TestEngineModules.Good.class.getName());
        try (URLClassLoader classPath = ServiceFiles.over(folder);
                Mneme mneme = Mneme.open(new RuntimeModule(MnemeOptions.defaults(), classPath))) {
            assertThat(mneme.engine().name()).isEqualTo("good");
            assertThat(mneme.engine().reason()).isEqualTo("the only engine on the class path");
            assertThat(mneme.backend()).isNotNull();
            assertThat(mneme.engines().failures()).hasSize(1);
            assertThat(mneme.memories().names()).containsExactly("none");
            assertThat(mneme.tasks().all()).isEmpty();
            assertThat(mneme.rejected()).isEmpty();
        }
    }

    @Test
    void closesTheEngineItOpened() throws IOException {
        FakeEngine engine = FakeEngine.available("own", 1);
        Mneme mneme = Guice.createInjector(
                        Stage.PRODUCTION,
                        new RuntimeModule(MnemeOptions.defaults().withThreads(2), ServiceFiles.over()),
                        add(engine))
                .getInstance(Mneme.class);
        assertThat(mneme.engines().all()).extracting(EngineStatus::name).containsExactly("own");
        assertThat(engine.opened()).isZero();
        mneme.backend();
        assertThat(engine.threads()).isEqualTo(2);

        mneme.close();

        assertThat(engine.closed()).isEqualTo(1);
    }

    @Test
    void opensWithoutAnyEngineUntilOneIsAskedFor() throws IOException {
        try (URLClassLoader classPath = ServiceFiles.over();
                Mneme mneme =
                        Mneme.open(new RuntimeModule(MnemeOptions.defaults().withBackend("fast"), classPath))) {
            assertThat(mneme.memories().names()).contains("none");
            assertThatThrownBy(mneme::backend)
                    .isInstanceOfSatisfying(
                            MnemeException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NAME_UNKNOWN));
        }
    }

    @Test
    void problemsWithTheOptionsAreTold() throws IOException {
        assertThatThrownBy(() -> Mneme.open(MnemeOptions.defaults().withThreads(0)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("threads");
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> Mneme.open(MnemeOptions.defaults().withPluginDirectory(file)))
                .isInstanceOf(MnemeException.class)
                .hasMessageContaining("plugin folder");
    }

    private static Module add(EngineProvider provider) {
        return new AbstractModule() {
            @Override
            protected void configure() {
                Multibinder.newSetBinder(binder(), EngineProvider.class)
                        .addBinding()
                        .toInstance(provider);
            }
        };
    }
}
