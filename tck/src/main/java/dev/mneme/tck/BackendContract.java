package dev.mneme.tck;

import dev.mneme.stability.Stable;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.TensorBackend;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * What every engine owes its users. An engine's author extends this class and opens the engine:
 *
 * <pre>{@code
 * final class MyEngineContractTest extends BackendContract {
 *     @Override
 *     protected TensorBackend openBackend() {
 *         return new MyEngine();
 *     }
 * }
 * }</pre>
 *
 * The groups follow: values of every operation against the reference engine, gradients against central differences,
 * ownership of handles, further semantics of operations, random numbers, memory, errors, threads. All numbers come from
 * fixed seeds, so a failure repeats. A failure names its rule, see {@code docs/spi-rules.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Stable
public abstract class BackendContract {
    private TensorBackend engine;
    private TensorBackend reference;

    /**
     * A new engine on its default device; the contract closes it after the last test. Where the engine cannot work on this
     * machine, this aborts with an assumption that says why, and the tests are skipped.
     */
    protected abstract TensorBackend openBackend();

    @BeforeAll
    final void open() {
        engine = openBackend();
        reference = ReferenceBackend.open();
    }

    @AfterAll
    final void close() {
        if (engine != null) { // else openBackend has skipped the tests, or failed
            reference.close();
            engine.close();
        }
    }

    @TestFactory
    final Stream<DynamicTest> valuesInF64EqualTheReference() {
        return EngineRule.VALUES.over(new ValueChecks(engine, reference, DType.F64, Layout.DENSE).tests());
    }

    @TestFactory
    final Stream<DynamicTest> valuesInF32EqualTheReference() {
        return EngineRule.VALUES.over(new ValueChecks(engine, reference, DType.F32, Layout.DENSE).tests());
    }

    @TestFactory
    final Stream<DynamicTest> valuesOfPermutedOperandsEqualTheReference() {
        return EngineRule.LAYOUTS.over(new ValueChecks(engine, reference, DType.F64, Layout.PERMUTED).tests());
    }

    @TestFactory
    final Stream<DynamicTest> valuesOfSlicedOperandsEqualTheReference() {
        return EngineRule.LAYOUTS.over(new ValueChecks(engine, reference, DType.F64, Layout.SLICED).tests());
    }

    @TestFactory
    final Stream<DynamicTest> valuesOfExpandedOperandsEqualTheReference() {
        return EngineRule.LAYOUTS.over(new ValueChecks(engine, reference, DType.F64, Layout.EXPANDED).tests());
    }

    @TestFactory
    final Stream<DynamicTest> gradientsEqualCentralDifferences() {
        return EngineRule.GRADIENTS.over(new GradientChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> gradientsInF32EqualTheReference() {
        return EngineRule.GRADIENTS.over(new GradientChecks(engine).testsAgainst(reference));
    }

    @TestFactory
    final Stream<DynamicTest> precisionsAreChosenByName() {
        return EngineRule.ERRORS.over(new PrecisionChecks(engine, reference).choices());
    }

    @TestFactory
    final Stream<DynamicTest> valuesAtLowerPrecisionsAreNearTheReference() {
        return EngineRule.VALUES.over(new PrecisionChecks(engine, reference).values());
    }

    @TestFactory
    final Stream<DynamicTest> gradientsAtLowerPrecisionsAreNearTheReference() {
        return EngineRule.GRADIENTS.over(new PrecisionChecks(engine, reference).gradients());
    }

    @TestFactory
    final Stream<DynamicTest> handlesLiveIndependently() {
        return EngineRule.HANDLES.over(new HandleChecks(engine, reference).tests());
    }

    @TestFactory
    final Stream<DynamicTest> operationsKeepTheirPromises() {
        return EngineRule.SEMANTICS.over(new SemanticChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> differentiationKeepsItsPromises() {
        return EngineRule.GRAPHS.over(new GraphChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> randomNumbersAreFunctionsOfTheirKeys() {
        return EngineRule.RANDOM.over(new RandomChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> nativeMemoryReturns() {
        return EngineRule.MEMORY.over(new MemoryChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> brokenArgumentsAreNamed() {
        return EngineRule.ERRORS.over(new ErrorChecks(engine).tests());
    }

    @TestFactory
    final Stream<DynamicTest> trainingIsDeterministic() {
        return EngineRule.TRAINING.over(new TrainingChecks(engine, reference).tests());
    }
}
