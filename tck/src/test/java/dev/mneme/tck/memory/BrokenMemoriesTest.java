package dev.mneme.tck.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** The memory contract itself under test: mechanisms with one fault each, and the rule that must find it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrokenMemoriesTest {
    private static final Path PAGE = Path.of("../docs/writing-a-memory.md");

    private final TensorBackend reference = ReferenceBackend.open();
    private final TensorBackend another = otherRandomNumbers(reference);
    private final List<TestEngine> engines =
            List.of(TestEngine.of("reference", reference), TestEngine.of("another", another));

    /**
     * A mechanism with one fault.
     *
     * @param rule its title
     * @param fault what is wrong
     * @param contract of the mechanism
     * @param group of the contract that the rule belongs to
     * @param seen part of what the failure reports
     */
    private record Broken(String rule, String fault, MemoryContract<?> contract, Group group, String seen) {
        @Override
        public String toString() {
            return fault;
        }
    }

    private interface Group extends Function<MemoryContract<?>, Stream<DynamicTest>> {}

    /** A contract over one provider. */
    private static final class Contract<C extends Record> extends MemoryContract<C> {
        private final List<TestEngine> engines;
        private final MemoryProvider<C> provider;
        private final MemoryCase<C> defaults;

        Contract(List<TestEngine> engines, MemoryProvider<C> provider, MemoryCase<C> defaults) {
            this.engines = engines;
            this.provider = provider;
            this.defaults = defaults;
        }

        @Override
        protected MemoryProvider<C> provider() {
            return provider;
        }

        @Override
        protected MemoryCase<C> defaults() {
            return defaults;
        }

        @Override
        protected List<TestEngine> engines() {
            return engines;
        }
    }

    @AfterAll
    void close() {
        reference.close();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theContractFinds(Broken broken) {
        List<String> messages = new ArrayList<>();
        Optional<String> message = broken.group()
                .apply(broken.contract())
                .map(BrokenMemoriesTest::failure)
                .filter(Objects::nonNull)
                .map(Throwable::getMessage)
                .peek(messages::add)
                .filter(found -> found.contains(broken.seen()))
                .findFirst();
        assertThat(message)
                .as("one of %s", messages)
                .get(InstanceOfAssertFactories.STRING)
                .startsWith("rule '" + broken.rule() + "' is broken by ")
                .contains("\n  promised: ", "\n  seen: ", "\n  read: ");
    }

    @ParameterizedTest
    @MethodSource("broken")
    void theGuideShows(Broken broken) throws IOException {
        assertThat(Files.readString(PAGE))
                .contains("| " + broken.rule() + " | " + broken.fault() + " | `" + broken.seen() + "` |");
    }

    @Test
    void gradientsCutOnPurposeAreSkippedAndSaidSo() {
        MemoryCase<SlotConfig> cut =
                MemoryCase.of("defaults", SlotConfig.defaults()).cuttingGradients("at the trace");
        List<Throwable> outcomes = new Contract<>(engines, new SlotProvider(SlotFaults.cutGraph()), cut)
                .gradientsEqualCentralDifferences()
                .map(BrokenMemoriesTest::failure)
                .toList();
        assertThat(outcomes)
                .isNotEmpty()
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOf(TestAbortedException.class)
                        .hasMessageContaining("at the trace"));
    }

    Stream<Broken> broken() {
        return Stream.of(
                faulty(
                        Rule.SHAPES,
                        "the writer leaves a scratch entry in the next state",
                        SlotFaults.scratchEntry(),
                        MemoryContract::stepsReturnWhatTheyPromise,
                        "state has entries [slots, age, scratch], its schema says [slots, age]"),
                faulty(
                        Rule.BOUND,
                        "the writer appends a line a segment",
                        SlotFaults.growingLog(),
                        MemoryContract::statesAreBounded,
                        "it grows"),
                faulty(
                        Rule.GRADIENTS,
                        "the writer cuts the graph",
                        SlotFaults.cutGraph(),
                        MemoryContract::gradientsEqualCentralDifferences,
                        "along a direction by its gradient"),
                faulty(
                        Rule.ENGINES,
                        "the state starts from numbers the engine draws",
                        SlotFaults.engineNoise(),
                        MemoryContract::enginesAgree,
                        "step, logits: element 0"),
                faulty(
                        Rule.STREAMING,
                        "the reader counts positions from the start of each piece",
                        SlotFaults.positionInPiece(),
                        MemoryContract::streamingEqualsOneStep,
                        "segment 1 in pieces of [1, 1, 1, 1, 1], logits"),
                faulty(
                        Rule.ROWS,
                        "the reader averages over the batch",
                        SlotFaults.mixedRows(),
                        MemoryContract::rowsAreIndependentStreams,
                        "rows [1, 1, 2, 0] of a batch of 3, logits"),
                faulty(
                        Rule.RESET,
                        "the state starts smaller than it becomes",
                        SlotFaults.smallStart(),
                        MemoryContract::rowsStartAnewAlone,
                        "rows cannot start anew one by one"),
                faulty(
                        Rule.RESTORE,
                        "the reader counts how often it is asked",
                        SlotFaults.countedReads(),
                        MemoryContract::savedStatesGoOn,
                        "loaded into the same model after other streams, logits"),
                faulty(
                        Rule.DETACH,
                        "the writer keeps the slots it wrote, with their graph",
                        SlotFaults.keptGraph(),
                        MemoryContract::detachedStatesCutGradients,
                        "two segments after a detached state, gradient of"),
                faulty(
                        Rule.ADVANCE,
                        "advance forgets the auxiliary losses",
                        SlotFaults.lossesLost(),
                        MemoryContract::advanceEqualsStep,
                        "auxiliary loss names: expected [movement], got []"),
                faulty(
                        Rule.ADVANCE,
                        "advance draws a key that a step does not",
                        SlotFaults.extraKey(),
                        MemoryContract::advanceEqualsStep,
                        "segment 1 with dropout, next state entry slots"),
                faulty(
                        Rule.REPLAY,
                        "the writer drops units by keys of its own",
                        SlotFaults.ownKeys(),
                        MemoryContract::replayEqualsFullBackPropagation,
                        "gradient of memory.start"),
                faulty(
                        Rule.SEEDS,
                        "steps ignore the keys of the pass",
                        SlotFaults.fixedKeys(),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "other random keys drop the same units"),
                faulty(
                        Rule.SEEDS,
                        "the mechanism is built with a seed of its own",
                        SlotFaults.ownSeed(),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "every parameter starts the same whatever the seed is"),
                faulty(
                        Rule.RELEASE,
                        "the writer keeps a copy of the slots",
                        SlotFaults.unscopedCopy(),
                        MemoryContract::nativeMemoryReturns,
                        "a training step leaves 4 tensors"),
                faulty(
                        Rule.RELEASE,
                        "the reader does not close its parameters",
                        SlotFaults.openReader(),
                        MemoryContract::nativeMemoryReturns,
                        "building, running and closing the mechanism leaves 2 tensors"),
                faulty(
                        Rule.THREADS,
                        "the reader keeps the state in a field",
                        SlotFaults.stateInField(),
                        MemoryContract::threadsDoNotDisturbEachOther,
                        "beside another"),
                faulty(
                        Rule.CAUSALITY,
                        "the reader adds the mean of the segment",
                        SlotFaults.meanOfSegment(),
                        MemoryContract::logitsDoNotSeeLaterTokens,
                        "logits of earlier tokens"),
                faulty(
                        Rule.PADDING,
                        "the writer attends to padding",
                        SlotFaults.paddingWritten(),
                        MemoryContract::paddingChangesNothing,
                        "after a change of two padded tokens, next state entry slots"),
                odd(
                        Rule.CONFIGURATION,
                        "the defaults are out of range",
                        new OddProvider<>("odd", "none", OddProvider.NoRoom.class),
                        "memory.slots: expected a value in 1..8, got 16"),
                odd(
                        Rule.CONFIGURATION,
                        "the record's constructor fails at a value in range",
                        new OddProvider<>("odd", "none", OddProvider.Divided.class),
                        "key parts=0, a value in range"),
                odd(
                        Rule.PROVIDER,
                        "the name has a capital letter",
                        new OddProvider<>("Odd", "none", OddProvider.DecoderOnly.class),
                        "name 'Odd': expected lower case letters"),
                odd(
                        Rule.PROVIDER,
                        "the citation is empty",
                        new OddProvider<>("odd", "", OddProvider.DecoderOnly.class),
                        "description, citation: expected one line of text"),
                odd(
                        Rule.PROVIDER,
                        "no services file names the entry point",
                        new UnlistedProvider(),
                        "ServiceLoader finds [none, slots] and not 'unlisted'"),
                new Broken(
                        Rule.FORMS.title(),
                        "a refused form is not declared",
                        contract(new OddProvider<>("odd", "none", OddProvider.DecoderOnly.class)),
                        MemoryContract::formsAreBuiltOrRefused,
                        "create refuses form ENCODER, and the test does not declare it"),
                new Broken(
                        Rule.FORMS.title(),
                        "a declared form is built",
                        new Contract<>(
                                engines,
                                new SlotProvider(),
                                MemoryCase.of("defaults", SlotConfig.defaults()).refusing(Form.ENCODER)),
                        MemoryContract::formsAreBuiltOrRefused,
                        "the test declares form ENCODER as refused, and create builds it"));
    }

    /** The same engine with other random numbers: equal keys give equal numbers on one engine only. */
    private static TensorBackend otherRandomNumbers(TensorBackend engine) {
        return (TensorBackend) Proxy.newProxyInstance(
                TensorBackend.class.getClassLoader(),
                new Class<?>[] {TensorBackend.class},
                (self, called, arguments) -> {
                    if (called.getName().equals("normal")) {
                        return engine.normal((Shape) arguments[0], (DType) arguments[1], (long) arguments[2] + 1);
                    }
                    try {
                        return called.invoke(engine, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private Broken odd(Rule rule, String fault, MemoryProvider<?> provider, String seen) {
        return new Broken(rule.title(), fault, contract(provider), MemoryContract::configurationsAreChecked, seen);
    }

    private static @Nullable Throwable failure(DynamicTest test) {
        return catchThrowable(() -> test.getExecutable().execute());
    }

    private Broken faulty(Rule rule, String fault, Fault how, Group group, String seen) {
        return new Broken(rule.title(), fault, contract(new SlotProvider(how)), group, seen);
    }

    private <C extends Record> MemoryContract<C> contract(MemoryProvider<C> provider) {
        return new Contract<>(engines, provider, MemoryCase.of("defaults", Settings.defaults(provider.configType())));
    }
}
