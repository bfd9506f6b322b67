package dev.mneme.tck.memory;

import dev.mneme.config.Setting;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Roles;
import dev.mneme.memory.Roles.ControllerFactory;
import dev.mneme.memory.Segment;
import dev.mneme.memory.StepResult;
import dev.mneme.nn.Pass;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.memory.Forwarding.OfController;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Entry points, keys and jars that are not what they should be. */
record BrokenPlugins(List<TestEngine> engines, Path folder) {
    /** Takes less than its range says. */
    public record Clamped(
            @Setting(value = "rows kept", min = 1, max = 8) int rows) {
        public Clamped {
            rows = Math.min(rows, 4);
        }

        public static Clamped defaults() {
            return new Clamped(2);
        }
    }

    /** A bound that the component's type does not hold. */
    public record Beyond(
            @Setting(value = "rows kept", min = 1, max = 1e12)
            int rows) {
        public static Beyond defaults() {
            return new Beyond(2);
        }
    }

    /** Bounds in the wrong order. */
    public record Crossed(
            @Setting(value = "share kept", min = 1, max = 0) double keep) {
        public static Crossed defaults() {
            return new Crossed(1);
        }
    }

    /** A key that says nothing. */
    public record Silent(@Setting("") boolean keep) {
        public static Silent defaults() {
            return new Silent(true);
        }
    }

    /** The key that chooses the mechanism. */
    public record Named(@Setting("what it is called") String name) {
        public static Named defaults() {
            return new Named("it");
        }
    }

    /** Keys at whose ends a mechanism may fail. */
    public record Parts(
            @Setting(value = "parts of dim 8", min = 0, max = 8)
            int parts,

            @Setting(value = "what logits are divided by", min = 0, max = 2)
            double temperature) {
        public static Parts defaults() {
            return new Parts(2, 1);
        }
    }

    Stream<BrokenMemory> broken() {
        return Stream.of(entryPoints(), keys(), creations(), jars()).flatMap(some -> some);
    }

    private Stream<BrokenMemory> entryPoints() {
        return Stream.of(new BrokenMemory(
                Rule.PROVIDER,
                "the entry point is not public",
                BrokenMemory.contract(engines, MadeProvider.of(OddProvider.DecoderOnly.class)),
                MemoryContract::configurationsAreChecked,
                "MadeProvider is no public class with a public constructor without arguments"));
    }

    private Stream<BrokenMemory> keys() {
        return Stream.of(
                keys("the record takes less than its range says", Clamped.class, "turns it into 4 without a word"),
                keys("a bound is more than an int holds", Beyond.class, "expected a value below 2^31"),
                keys("the bounds of a key are crossed", Crossed.class, "min 1.0 is above max 0.0"),
                keys("a key does not say what it is", Silent.class, "key keep: expected one line of text"),
                keys("a key is called name", Named.class, "memory.name is what chooses the mechanism"));
    }

    private Stream<BrokenMemory> creations() {
        return Stream.of(
                made(
                        Rule.BOUNDS,
                        "create fails at a value in range",
                        (config, context) -> {
                            Math.floorDiv(8, config.parts());
                            return MadeProvider.backbone(context);
                        },
                        MemoryContract::mechanismsRunAtTheBoundsOfTheirKeys,
                        "memory.parts=0: expected a mechanism or a refusal with CONFIG_INVALID"),
                made(
                        Rule.BOUNDS,
                        "create refuses a value in range and does not say which",
                        (config, context) -> {
                            if (config.parts() == 0) {
                                throw new MnemeException(ErrorCode.CONFIG_INVALID, "made cannot do this");
                            }
                            return MadeProvider.backbone(context);
                        },
                        MemoryContract::mechanismsRunAtTheBoundsOfTheirKeys,
                        "that names key and value, got CONFIG_INVALID: made cannot do this"),
                made(
                        Rule.BOUNDS,
                        "a mechanism is built at a value in range and gives no numbers",
                        (config, context) -> divided(MadeProvider.backbone(context), config.temperature()),
                        MemoryContract::mechanismsRunAtTheBoundsOfTheirKeys,
                        "memory.temperature=0.0: it is built and does not run"),
                made(
                        Rule.ROLES,
                        "the controller asks a reader of its own",
                        (config, context) -> controlled(
                                slots(context),
                                right -> (reader, writer) -> right.controllers().around(right.reader(), writer)),
                        MemoryContract::everyRoleIsCalled,
                        "an advance asks the reader in blocks [], expected [0, 1]"),
                made(
                        Rule.ROLES,
                        "the controller calls a writer of its own",
                        (config, context) -> controlled(
                                slots(context),
                                right -> (reader, writer) -> right.controllers().around(reader, right.writer())),
                        MemoryContract::everyRoleIsCalled,
                        "an advance calls the writer before blocks [], expected [0, 1]"),
                made(
                        Rule.FORMS,
                        "create fails for a form with another code",
                        (config, context) -> {
                            if (context.task().form() == Form.ENCODER) {
                                throw new MnemeException(ErrorCode.PLUGIN_MISBEHAVED, "no encoders here");
                            }
                            return MadeProvider.backbone(context);
                        },
                        MemoryContract::formsAreBuiltOrRefused,
                        "create fails for form ENCODER with PLUGIN_MISBEHAVED"),
                new BrokenMemory(
                        Rule.FORMS,
                        "a refusal comes after something was built",
                        new BrokenMemory.Contract<>(
                                engines,
                                new MadeProvider<>(Parts.class, BrokenPlugins::refusingLate),
                                MemoryCase.of("defaults", Parts.defaults()).refusing(Form.ENCODER)),
                        MemoryContract::formsAreBuiltOrRefused,
                        "create leaves 1 tensors behind when it refuses a form"));
    }

    private Stream<BrokenMemory> jars() {
        return Stream.of(
                jar(
                        "the plugin needs a library of the host",
                        new LibraryProvider(),
                        PluginJar.complete("library")
                                .classes(LibraryProvider.class, LibraryProvider.Config.class)
                                .service(LibraryProvider.class)
                                .write(folder, "library.jar"),
                        "class com.google.inject.Key is not found"),
                jar(
                        "the plugin's folder lacks a class",
                        new SlotProvider(),
                        PluginJar.complete("slots")
                                .classes(SlotProvider.class, SlotConfig.class, SlotMemory.class, SlotReader.class)
                                .classes(Fault.class)
                                .classes("SlotProvider$1")
                                .service(SlotProvider.class)
                                .write(folder, "incomplete.jar"),
                        "class dev.mneme.tck.memory.SlotWriter is not found"),
                jar(
                        "the jar holds a class in a package of the API",
                        new SlotProvider(),
                        PluginJar.ofSlots()
                                .misplaced(SlotMemory.class, "dev/mneme/memory")
                                .write(folder, "split.jar"),
                        "split.jar holds classes in [dev.mneme.memory], packages of the API"),
                jar(
                        "the jar has no services file",
                        new SlotProvider(),
                        PluginJar.ofSlots().withoutService().write(folder, "unlisted.jar"),
                        "name [] and not 'slots'"),
                jar(
                        "the manifest does not name the plugin",
                        new SlotProvider(),
                        PluginJar.ofSlots().manifest("Plugin-Id", " ").write(folder, "unnamed.jar"),
                        "the manifest of unnamed.jar has no [Plugin-Id]"),
                jar(
                        "the plugin was built for another API",
                        new SlotProvider(),
                        PluginJar.ofSlots()
                                .manifest("Plugin-Requires", ">=7.0.0")
                                .write(folder, "newer.jar"),
                        "the manifest of newer.jar has Plugin-Requires >=7.0.0"));
    }

    private static Roles slots(MechanismContext context) {
        return new SlotProvider().roles(SlotConfig.defaults(), context);
    }

    private static Roles refusingLate(Parts config, MechanismContext context) {
        if (context.task().form() == Form.ENCODER) {
            context.modules().backend().zeros(Shape.of(1), DType.F64);
            throw new MnemeException(ErrorCode.CONFIG_INVALID, "no encoders here");
        }
        return MadeProvider.backbone(context);
    }

    private static Roles divided(Roles right, double temperature) {
        ControllerFactory dividing =
                (reader, writer) -> new OfController(right.controllers().around(reader, writer)) {
                    @Override
                    public StepResult step(Segment segment, MemoryState state, Pass pass) {
                        StepResult result = super.step(segment, state, pass);
                        return new StepResult(result.logits().div(temperature), result.next(), result.losses());
                    }
                };
        return controlled(right, same -> dividing);
    }

    /** The same roles but for the controller. */
    private static Roles controlled(Roles right, Function<Roles, ControllerFactory> controllers) {
        return new Roles(right.memory(), right.reader(), right.writer(), controllers.apply(right));
    }

    private BrokenMemory keys(String fault, Class<? extends Record> keys, String seen) {
        return new BrokenMemory(
                Rule.CONFIGURATION,
                fault,
                BrokenMemory.contract(engines, MadeProvider.of(keys)),
                MemoryContract::configurationsAreChecked,
                seen);
    }

    private BrokenMemory made(
            Rule rule, String fault, MadeProvider.Creation<Parts> creation, BrokenMemory.Group group, String seen) {
        return new BrokenMemory(
                rule, fault, BrokenMemory.contract(engines, new MadeProvider<>(Parts.class, creation)), group, seen);
    }

    private BrokenMemory jar(String fault, MemoryProvider<?> provider, Path jar, String seen) {
        return new BrokenMemory(
                Rule.ISOLATION,
                fault,
                new BrokenMemory.Packaged<>(engines, provider, List.of(jar)),
                MemoryContract::pluginsRunAloneWithTheApi,
                seen);
    }
}
