package dev.mneme.runtime.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Availability;
import dev.mneme.tensor.EngineOptions;
import dev.mneme.tensor.EngineProvider;
import dev.mneme.tensor.TensorBackend;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class EngineRegistryTest {
    private final FakeEngine fast = FakeEngine.available("fast", 100);
    private final FakeEngine slow = FakeEngine.available("slow", 10);
    private final FakeEngine dead = FakeEngine.unavailable("dead", 500, "no such processor");

    @Test
    void autoTakesTheHighestPriorityAmongTheAvailable() {
        EngineChoice choice = registry(slow, dead, fast).choose("auto");

        assertThat(choice.name()).isEqualTo("fast");
        assertThat(choice.device()).isEqualTo("cpu, fast");
        assertThat(choice.reason())
                .isEqualTo("the best engine that works here; passed over dead: no such processor; install dead");
    }

    @Test
    void autoPrefersTheGpuWhereItWorks() {
        FakeEngine cpu = FakeEngine.available("libtorch", 100);

        EngineChoice choice =
                registry(cpu, FakeEngine.available("libtorch-cuda", 200)).choose("auto");

        assertThat(choice.name()).isEqualTo("libtorch-cuda");
        assertThat(choice.reason()).isEqualTo("the engine of highest priority; others: libtorch");
        assertThat(cpu.asked()).isZero();
    }

    @Test
    void autoSaysWhyNotTheGpu() {
        FakeEngine cpu = FakeEngine.available("libtorch", 100);

        assertThat(registry(cpu, FakeEngine.absent("libtorch-cuda", 200, "no GPU"))
                        .choose("auto")
                        .reason())
                .isEqualTo("the best engine that works here; passed over libtorch-cuda: no GPU");
        assertFails(
                registry(cpu, FakeEngine.absent("libtorch-cuda", 200, "no GPU")),
                "libtorch-cuda",
                ErrorCode.ENGINE_UNAVAILABLE,
                "backend 'libtorch-cuda' does not work here: no GPU");
    }

    @Test
    void autoSaysWhichOthersThereAre() {
        assertThat(registry(slow, fast).choose("auto").reason())
                .isEqualTo("the engine of highest priority; others: slow");
        assertThat(registry(slow).choose("auto").reason()).isEqualTo("the only engine on the class path");
    }

    @Test
    void onlyEnginesThatMatterAreAsked() {
        EngineRegistry registry = registry(slow, fast, dead);

        registry.choose("fast");
        registry.choose("fast");
        assertThat(fast.asked()).isEqualTo(1);
        assertThat(slow.asked()).isZero();
        assertThat(dead.asked()).isZero();

        assertThat(registry.all()).extracting(EngineStatus::name).containsExactly("dead", "fast", "slow");
        assertThat(fast.asked()).isEqualTo(1);
    }

    @Test
    void unknownNameGetsTheNearestOnes() {
        assertFails(registry(slow, fast), "fsat", ErrorCode.NAME_UNKNOWN, "did you mean 'fast'? Valid: fast");
    }

    @Test
    void unavailableEngineSaysReasonAndRemedy() {
        assertFails(
                registry(fast, dead),
                "dead",
                ErrorCode.ENGINE_UNAVAILABLE,
                "'dead'",
                "no such processor",
                "install dead");
    }

    @Test
    void noEngineAtAllSaysWhatToAdd() {
        assertFails(registry(), "auto", ErrorCode.ENGINE_UNAVAILABLE, "mneme-backend-cpu-libtorch");
    }

    @Test
    void noneAvailableListsEveryReason() {
        EngineRegistry registry = new EngineRegistry(
                Set.of(dead), new EngineModules(List.of(), List.of(new EngineModules.Failure("a.Module", "it broke"))));

        assertFails(registry, "auto", ErrorCode.ENGINE_UNAVAILABLE, "no such processor", "a.Module: it broke");
        assertFails(registry, "other", ErrorCode.NAME_UNKNOWN, "a.Module (it broke)");
    }

    @Test
    void enginesOfOneNameAreNeitherChosen() {
        EngineRegistry registry = registry(FakeEngine.available("same", 1), FakeEngine.available("same", 2), slow);

        assertFails(registry, "same", ErrorCode.ENGINE_UNAVAILABLE, "FakeEngine and ", "same name");
        assertThat(registry.choose("auto").name()).isEqualTo("slow");
    }

    @Test
    void engineThatThrowsWhenAskedIsUnavailable() {
        EngineProvider throwing = new Throwing();

        assertThat(registry(throwing).all().get(0).availability())
                .isInstanceOfSatisfying(
                        Availability.Unavailable.class,
                        unavailable -> assertThat(unavailable.reason())
                                .contains("NoClassDefFoundError")
                                .contains("org/Missing"));
    }

    @Test
    void engineOpensOnceWhenFirstAskedForAndIsClosed() {
        Engine engine = new Engine(registry(fast), new Engine.Request("auto", new EngineOptions(3)));
        assertThat(engine.choice().name()).isEqualTo("fast");
        assertThat(fast.opened()).isZero();

        assertThat(engine.backend()).isSameAs(engine.backend());
        assertThat(fast.opened()).isEqualTo(1);
        assertThat(fast.threads()).isEqualTo(3);

        engine.close();
        engine.close();
        assertThat(fast.closed()).isEqualTo(1);
        assertThatThrownBy(engine::backend).isInstanceOf(IllegalStateException.class);
    }

    private static EngineRegistry registry(EngineProvider... providers) {
        return new EngineRegistry(Set.of(providers), new EngineModules(List.of(), List.of()));
    }

    private static void assertFails(EngineRegistry registry, String name, ErrorCode code, String... parts) {
        assertThatThrownBy(() -> registry.choose(name))
                .isInstanceOfSatisfying(
                        MnemeException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(parts);
    }

    private static final class Throwing implements EngineProvider {
        @Override
        public String name() {
            return "throwing";
        }

        @Override
        public int priority() {
            return 1;
        }

        @Override
        public Availability availability() {
            throw new NoClassDefFoundError("org/Missing");
        }

        @Override
        public TensorBackend open(EngineOptions options) {
            throw new UnsupportedOperationException();
        }
    }
}
