package dev.mneme.tck.memory;

import dev.mneme.config.Settings;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.Form;
import dev.mneme.tck.TestEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What every memory owes its users: training by any scheme, streaming, saved sessions and batching rest on it. A
 * mechanism's author extends this class and names the provider:
 *
 * <pre>{@code
 * final class MyMemoryContractTest extends MemoryContract<MyConfig> {
 *     @Override
 *     protected MyProvider provider() {
 *         return new MyProvider();
 *     }
 *
 *     @Override
 *     protected List<MemoryCase<MyConfig>> configs() {
 *         return List.of(MemoryCase.of("many slots", new MyConfig(12)));
 *     }
 * }
 * }</pre>
 *
 * The rules have numbers and names, see {@code docs/spi-rules.md}; a failure says which one, what it promises, what was
 * seen and where to read. Every rule is tried in F64 for the defaults and all further cases, in all task forms that the case does not refuse, on
 * all {@link #engines()}. The backbone has two blocks of dim 8 with two heads, the batch three rows, a segment up to five
 * tokens. All numbers come from fixed seeds, so a failure repeats.
 *
 * @param <C> the mechanism's configuration
 */
public abstract class MemoryContract<C extends Record> {
    private static final Set<Form> STREAMED = EnumSet.of(Form.DECODER, Form.ENCODER_DECODER);

    /** The mechanism's entry point. */
    protected abstract MemoryProvider<C> provider();

    /** What is tried besides the defaults. */
    protected List<MemoryCase<C>> configs() {
        return List.of();
    }

    /** The defaults; override to say what {@code model.*} keys they need or which forms they refuse. */
    protected MemoryCase<C> defaults() {
        return MemoryCase.of("defaults", Settings.defaults(provider().configType()));
    }

    /** What the mechanism is tried on; by default the reference, then all engines on the class path. */
    protected List<TestEngine> engines() {
        return TestEngine.all();
    }

    /**
     * The plugin as it is handed out: its jar, or the folders of its classes and resources. By default where the
     * provider's class and its services file come from.
     */
    protected List<Path> plugin() {
        return IsolationChecks.files(provider());
    }

    @TestFactory
    final Stream<DynamicTest> configurationsAreChecked() {
        MemoryProvider<C> provider = provider();
        return Stream.concat(
                Stream.of(
                        Rule.PROVIDER.test(provider.name(), () -> ConfigurationChecks.provider(provider)),
                        Rule.CONFIGURATION.test(
                                provider.name(), () -> ConfigurationChecks.configuration(provider.configType()))),
                cases().stream()
                        .map(tried -> Rule.CONFIGURATION.test(
                                tried.name(), () -> ConfigurationChecks.roundTrip(tried.config()))));
    }

    @TestFactory
    final Stream<DynamicTest> formsAreBuiltOrRefused() {
        TestEngine engine = engines().get(0);
        return cases().stream()
                .flatMap(tried -> Arrays.stream(Form.values()).map(form -> new Subject<>(provider(), tried, form)))
                .map(subject -> test(Rule.FORMS, subject, engine, FormChecks::forms));
    }

    @TestFactory
    final Stream<DynamicTest> mechanismsRunAtTheBoundsOfTheirKeys() {
        return inOneForm(Rule.BOUNDS, BoundChecks::bounds);
    }

    @TestFactory
    final Stream<DynamicTest> pluginsRunAloneWithTheApi() {
        return inOneForm(Rule.ISOLATION, (subject, backend) -> IsolationChecks.isolation(subject, plugin(), backend));
    }

    @TestFactory
    final Stream<DynamicTest> stepsReturnWhatTheyPromise() {
        return each(Rule.SHAPES, ShapeChecks::shapes);
    }

    @TestFactory
    final Stream<DynamicTest> everyRoleIsCalled() {
        return onFirstEngine(Rule.ROLES, RoleChecks::roles);
    }

    @TestFactory
    final Stream<DynamicTest> statesAreBounded() {
        return onFirstEngine(Rule.BOUND, ShapeChecks::bound);
    }

    @TestFactory
    final Stream<DynamicTest> gradientsEqualCentralDifferences() {
        return onFirstEngine(Rule.GRADIENTS, GradientChecks::centralDifferences);
    }

    @TestFactory
    final Stream<DynamicTest> enginesAgree() {
        List<TestEngine> engines = engines();
        ModelCheck check = (subject, backend) ->
                EngineChecks.against(engines.get(0).backend()).run(subject, backend);
        return tests(Rule.ENGINES, engines.subList(1, engines.size()), EnumSet.allOf(Form.class), check);
    }

    @TestFactory
    final Stream<DynamicTest> streamingEqualsOneStep() {
        return tests(Rule.STREAMING, engines(), STREAMED, StreamingChecks::onePass);
    }

    @TestFactory
    final Stream<DynamicTest> streamsFedTogetherEqualThemselves() {
        return tests(Rule.STREAMING, engines(), STREAMED, StreamingChecks::together);
    }

    @TestFactory
    final Stream<DynamicTest> rowsAreIndependentStreams() {
        return each(Rule.ROWS, StateChecks::rows);
    }

    @TestFactory
    final Stream<DynamicTest> rowsStartAnewAlone() {
        return each(Rule.RESET, StateChecks::reset);
    }

    @TestFactory
    final Stream<DynamicTest> savedStatesGoOn() {
        return each(Rule.RESTORE, StateChecks::restore);
    }

    @TestFactory
    final Stream<DynamicTest> statesCanBeForked() {
        return each(Rule.FORK, ForkChecks::fork);
    }

    @TestFactory
    final Stream<DynamicTest> detachedStatesCutGradients() {
        return onFirstEngine(Rule.DETACH, StateChecks::detach);
    }

    @TestFactory
    final Stream<DynamicTest> advanceEqualsStep() {
        return each(Rule.ADVANCE, ReplayChecks::advance);
    }

    @TestFactory
    final Stream<DynamicTest> replayEqualsFullBackPropagation() {
        return each(Rule.REPLAY, ReplayChecks::replay);
    }

    @TestFactory
    final Stream<DynamicTest> randomNumbersFollowSeedsAndKeys() {
        return each(Rule.SEEDS, SeedChecks::seeds);
    }

    @TestFactory
    final Stream<DynamicTest> nativeMemoryReturns() {
        return each(Rule.RELEASE, ReleaseChecks::release);
    }

    @TestFactory
    final Stream<DynamicTest> threadsDoNotDisturbEachOther() {
        return each(Rule.THREADS, ThreadChecks::threads);
    }

    @TestFactory
    final Stream<DynamicTest> lookingChangesNothing() {
        return each(Rule.VIEWS, ViewChecks::views);
    }

    @TestFactory
    final Stream<DynamicTest> logitsDoNotSeeLaterTokens() {
        return tests(Rule.CAUSALITY, engines(), STREAMED, SightChecks::causality);
    }

    @TestFactory
    final Stream<DynamicTest> paddingChangesNothing() {
        return each(Rule.PADDING, SightChecks::padding);
    }

    private List<MemoryCase<C>> cases() {
        List<MemoryCase<C>> cases = new ArrayList<>(List.of(defaults()));
        cases.addAll(configs());
        return cases;
    }

    private Stream<DynamicTest> each(Rule rule, ModelCheck check) {
        return tests(rule, engines(), EnumSet.allOf(Form.class), check);
    }

    /** What does not depend on the engine, or does no more once engines agree. */
    private Stream<DynamicTest> onFirstEngine(Rule rule, ModelCheck check) {
        return tests(rule, engines().subList(0, 1), EnumSet.allOf(Form.class), check);
    }

    /** What depends on neither engine nor form: on the first engine, in the first form that is not refused. */
    private Stream<DynamicTest> inOneForm(Rule rule, ModelCheck check) {
        TestEngine engine = engines().get(0);
        return cases().stream()
                .flatMap(tried -> Arrays.stream(Form.values())
                        .filter(form -> !tried.refusedForms().contains(form))
                        .limit(1)
                        .map(form -> test(rule, new Subject<>(provider(), tried, form), engine, check)));
    }

    private Stream<DynamicTest> tests(Rule rule, List<TestEngine> engines, Set<Form> forms, ModelCheck check) {
        return cases().stream()
                .flatMap(tried -> forms.stream()
                        .filter(form -> !tried.refusedForms().contains(form))
                        .map(form -> new Subject<>(provider(), tried, form))
                        .flatMap(subject -> engines.stream().map(engine -> test(rule, subject, engine, check))));
    }

    private static DynamicTest test(Rule rule, Subject<?> subject, TestEngine engine, ModelCheck check) {
        return rule.test(subject + ", " + engine, () -> check.run(subject, engine.backend()));
    }
}
