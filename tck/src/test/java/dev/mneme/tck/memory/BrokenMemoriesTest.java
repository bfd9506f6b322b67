package dev.mneme.tck.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.ReferenceBackend;
import dev.mneme.tck.RulesPage;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.TensorBackend;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** The memory contract itself under test: mechanisms with one fault each, and the rule that must find it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BrokenMemoriesTest {
    @TempDir
    static Path folder;

    private final TensorBackend reference = ReferenceBackend.open();
    private final TensorBackend another = otherRandomNumbers(reference);
    private final List<TestEngine> engines =
            List.of(TestEngine.of("reference", reference), TestEngine.of("another", another));
    private final Map<String, String> messages = new HashMap<>();

    @AfterAll
    void close() {
        reference.close();
    }

    @ParameterizedTest
    @MethodSource("all")
    void theContractFinds(BrokenMemory broken) {
        String message = message(broken);
        assertThat(message)
                .startsWith(
                        "rule " + broken.rule().number() + " '" + broken.rule().title() + "' is broken by ")
                .contains("\n  promised: ", "\n  seen: ", "\n  read: ", "docs/spi-rules.md#");
    }

    @Test
    void everyRuleIsProved() {
        assertThat(all().map(BrokenMemory::rule)).containsOnly(Rule.values());
    }

    @Test
    void everyBrokenMemoryHasItsOwnFault() {
        assertThat(all().map(BrokenMemory::fault)).doesNotHaveDuplicates();
    }

    @Test
    void thePageShowsWhatTheBrokenMemoriesGive() throws IOException {
        RulesPage page = RulesPage.read();
        List<String> rows = all().sorted(Comparator.comparing(BrokenMemory::rule))
                .map(broken -> "| "
                        + RulesPage.link(broken.rule().number(), broken.rule().title()) + " | " + broken.fault()
                        + " | `" + RulesPage.seen(message(broken)) + "` |")
                .toList();
        page.compareOrRewrite("broken memories", rows);
    }

    @Test
    void thePageHasEveryRuleWithItsPromise() throws IOException {
        RulesPage page = RulesPage.read();
        for (Rule rule : Rule.values()) {
            page.requireRule(rule.number(), rule.title(), rule.promise());
        }
    }

    @Test
    void theWrongKeyThatNobodyCorrectsIsFound() {
        assertThatThrownBy(() -> ConfigurationChecks.mistyped("slots", typo -> "memory." + typo + ": no such key"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("key slotss: expected a refusal that proposes slots, got 'memory.slotss: no such key'");
    }

    /** The first failure that shows the fault. */
    private String message(BrokenMemory broken) {
        return messages.computeIfAbsent(broken.fault(), fault -> {
            List<String> found = new ArrayList<>();
            return broken.group()
                    .apply(broken.contract())
                    .map(BrokenMemoriesTest::failure)
                    .filter(Objects::nonNull)
                    .map(Throwable::getMessage)
                    .peek(found::add)
                    .filter(message -> message.contains(broken.seen()))
                    .findFirst()
                    .orElseThrow(
                            () -> new AssertionError(fault + ": expected '" + broken.seen() + "' in one of " + found));
        });
    }

    @Test
    void gradientsCutOnPurposeAreSkippedAndSaidSo() {
        MemoryCase<SlotConfig> cut =
                MemoryCase.of("defaults", SlotConfig.defaults()).cuttingGradients("at the trace");
        List<Throwable> outcomes = new BrokenMemory.Contract<>(engines, new SlotProvider(SlotFaults.cutGraph()), cut)
                .gradientsEqualCentralDifferences()
                .map(BrokenMemoriesTest::failure)
                .toList();
        assertThat(outcomes)
                .isNotEmpty()
                .allSatisfy(outcome -> assertThat(outcome)
                        .isInstanceOf(TestAbortedException.class)
                        .hasMessageContaining("at the trace"));
    }

    Stream<BrokenMemory> all() {
        return Stream.of(
                        broken(),
                        new BrokenStates(engines).broken(),
                        new BrokenSteps(engines).broken(),
                        new BrokenViews(engines).broken(),
                        new BrokenLearning(engines).broken(),
                        new BrokenPlugins(engines, folder).broken())
                .flatMap(some -> some);
    }

    Stream<BrokenMemory> broken() {
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
                        "beside another thread, segment"),
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
                new BrokenMemory(
                        Rule.FORMS,
                        "a refused form is not declared",
                        contract(new OddProvider<>("odd", "none", OddProvider.DecoderOnly.class)),
                        MemoryContract::formsAreBuiltOrRefused,
                        "create refuses form ENCODER, and the test does not declare it"),
                new BrokenMemory(
                        Rule.FORMS,
                        "a declared form is built",
                        new BrokenMemory.Contract<>(
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

    private BrokenMemory odd(Rule rule, String fault, MemoryProvider<?> provider, String seen) {
        return new BrokenMemory(rule, fault, contract(provider), MemoryContract::configurationsAreChecked, seen);
    }

    private static @Nullable Throwable failure(DynamicTest test) {
        return catchThrowable(() -> test.getExecutable().execute());
    }

    private BrokenMemory faulty(Rule rule, String fault, Fault how, BrokenMemory.Group group, String seen) {
        return new BrokenMemory(rule, fault, contract(new SlotProvider(how)), group, seen);
    }

    private <C extends Record> MemoryContract<C> contract(MemoryProvider<C> provider) {
        return new BrokenMemory.Contract<>(
                engines, provider, MemoryCase.of("defaults", Settings.defaults(provider.configType())));
    }
}
