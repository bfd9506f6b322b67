package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.mneme.tensor.AdamWStep;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import dev.mneme.tensor.tape.ArrayKernels;
import dev.mneme.tensor.tape.Binary;
import dev.mneme.tensor.tape.TapeBackend;
import dev.mneme.tensor.tape.Unary;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The contract itself under test: engines with one defect each, and the test that must find it. */
final class BrokenEnginesTest {

    /**
     * An engine with one defect.
     *
     * @param defect what is wrong
     * @param engine has it
     * @param group of the contract that is run
     * @param finder begins the name of a test that must fail
     */
    private record Broken(String defect, TensorBackend engine, String group, String finder) {
        @Override
        public String toString() {
            return defect;
        }
    }

    @ParameterizedTest
    @MethodSource({"wrongValues", "wrongGradients", "wrongRandomNumbers", "wrongEngines"})
    void theContractFinds(Broken broken) {
        BrokenContract.engine = broken.engine();
        List<String> failed = new ArrayList<>();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectMethod(BrokenContract.class, broken.group()))
                                .build(),
                        new TestExecutionListener() {
                            @Override
                            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                                if (test.isTest() && result.getStatus() == TestExecutionResult.Status.FAILED) {
                                    failed.add(test.getDisplayName());
                                }
                            }
                        });
        assertThat(failed).anyMatch(name -> name.startsWith(broken.finder()));
    }

    // Nested, so that it only runs from here.
    static final class BrokenContract extends BackendContract {
        private static TensorBackend engine;

        @Override
        protected TensorBackend openBackend() {
            return engine;
        }
    }

    static Stream<Broken> wrongValues() {
        return Stream.of(
                broken(
                        "tanh is off in the ninth digit",
                        new ReferenceKernels() {
                            @Override
                            public HostArray unary(Unary operation, HostArray x) {
                                HostArray result = super.unary(operation, x);
                                return operation == Unary.TANH ? super.affine(result, 1 + 1e-9, 0) : result;
                            }
                        },
                        "valuesInF64EqualTheReference",
                        "tanh"),
                broken(
                        "single precision has the mantissa of a brain float",
                        new ReferenceKernels() {
                            @Override
                            public HostArray binary(Binary operation, HostArray a, HostArray b) {
                                HostArray result = super.binary(operation, a, b);
                                for (int i = 0; i < result.size() && result.dtype() == DType.F32; i++) {
                                    int bits = Float.floatToIntBits((float) result.number(i));
                                    result.setNumber(i, Float.intBitsToFloat(bits & 0xFFFF0000));
                                }
                                return result;
                            }
                        },
                        "valuesInF32EqualTheReference",
                        "add"),
                broken(
                        "softmax overflows",
                        new ReferenceKernels() {
                            @Override
                            public HostArray softmax(HostArray x, int dim) {
                                HostArray exponentials = unary(Unary.EXP, x);
                                return binary(Binary.DIV, exponentials, sum(exponentials, true, dim));
                            }
                        },
                        "valuesInF32EqualTheReference",
                        "softmax of large"),
                broken(
                        "argmax takes the last of equal elements",
                        new ReferenceKernels() {
                            @Override
                            public HostArray argmax(HostArray x, int dim, boolean keepDim) {
                                int last = Math.toIntExact(x.shape().size(dim)) - 1;
                                long[] reversed = IntStream.rangeClosed(0, last)
                                        .mapToLong(i -> last - i)
                                        .toArray();
                                HostArray backwards =
                                        indexSelect(x, dim, fromLongs(reversed, Shape.of(reversed.length)));
                                return affine(super.argmax(backwards, dim, keepDim), -1, last);
                            }
                        },
                        "operationsKeepTheirPromises",
                        "argmax"),
                broken(
                        "matmul ignores a broadcast batch of the second factor",
                        new ReferenceKernels() {
                            @Override
                            public HostArray matmul(HostArray a, boolean ta, HostArray b, boolean tb) {
                                boolean batched =
                                        b.shape().rank() > 2 && b.shape().size(0) > 1;
                                HostArray first = batched ? expand(slice(b, 0, 0, 1), b.shape()) : b;
                                return super.matmul(a, ta, first, tb);
                            }
                        },
                        "valuesInF64EqualTheReference",
                        "matmul"),
                broken(
                        "assign does nothing",
                        new ReferenceKernels() {
                            @Override
                            public void copyInto(HostArray target, HostArray source) {
                                // The defect.
                            }
                        },
                        "operationsKeepTheirPromises",
                        "assign"),
                broken(
                        "integers pass through doubles",
                        new ReferenceKernels() {
                            @Override
                            public HostArray affine(HostArray x, double factor, double summand) {
                                return cast(super.affine(cast(x, DType.F64), factor, summand), x.dtype());
                            }
                        },
                        "operationsKeepTheirPromises",
                        "large integers"));
    }

    static Stream<Broken> wrongGradients() {
        return Stream.of(
                broken(
                        "the gradient of softmax forgets the projection",
                        new ReferenceKernels() {
                            @Override
                            public HostArray softmaxGradient(HostArray y, HostArray gradient, int dim) {
                                return binary(Binary.MUL, y, gradient);
                            }
                        },
                        "gradientsEqualCentralDifferences",
                        "softmax"),
                broken(
                        "the gradient of layerNorm forgets epsilon",
                        new ReferenceKernels() {
                            @Override
                            public HostArray standardizeGradient(
                                    HostArray x, HostArray y, HostArray g, double epsilon) {
                                return super.standardizeGradient(x, y, g, 0);
                            }
                        },
                        "gradientsEqualCentralDifferences",
                        "layerNorm"),
                broken(
                        "the gradient of cumsum runs forwards",
                        new ReferenceKernels() {
                            @Override
                            public HostArray cumsum(HostArray x, int dim, boolean reverse) {
                                return super.cumsum(x, dim, false);
                            }
                        },
                        "gradientsEqualCentralDifferences",
                        "cumsum"),
                broken(
                        "the gradient of indexSelect loses the last slice",
                        new ReferenceKernels() {
                            @Override
                            public HostArray indexAdd(HostArray x, int dim, HostArray index, HostArray source) {
                                int rest = Math.max(0, index.size() - 1);
                                return super.indexAdd(x, dim, slice(index, 0, 0, rest), slice(source, dim, 0, rest));
                            }
                        },
                        "gradientsEqualCentralDifferences",
                        "embedding"),
                broken(
                        "the gradient of softmax is not finite where nothing flows",
                        new ReferenceKernels() {
                            @Override
                            public HostArray softmaxGradient(HostArray y, HostArray gradient, int dim) {
                                HostArray one = binary(Binary.DIV, gradient, gradient);
                                return binary(Binary.MUL, super.softmaxGradient(y, gradient, dim), one);
                            }
                        },
                        "operationsKeepTheirPromises",
                        "a query without any key"));
    }

    static Stream<Broken> wrongRandomNumbers() {
        AtomicLong calls = new AtomicLong();
        return Stream.of(
                broken(
                        "uniform ignores its key",
                        new ReferenceKernels() {
                            @Override
                            public HostArray uniform(Shape shape, DType dtype, long key) {
                                return super.uniform(shape, dtype, 1);
                            }
                        },
                        "randomNumbersAreFunctionsOfTheirKeys",
                        "uniform F64 follows its key"),
                broken(
                        "normal depends on earlier draws",
                        new ReferenceKernels() {
                            @Override
                            public HostArray normal(Shape shape, DType dtype, long key) {
                                return super.normal(shape, dtype, key + calls.incrementAndGet());
                            }
                        },
                        "randomNumbersAreFunctionsOfTheirKeys",
                        "normal F32 follows its key"),
                broken(
                        "normal is a sum of uniforms",
                        new ReferenceKernels() {
                            @Override
                            public HostArray normal(Shape shape, DType dtype, long key) {
                                return affine(super.uniform(shape, dtype, key), Math.sqrt(12), -Math.sqrt(3));
                            }
                        },
                        "randomNumbersAreFunctionsOfTheirKeys",
                        "normal F64 has its moments"));
    }

    static Stream<Broken> wrongEngines() {
        return Stream.of(
                altered(
                        "scopes close nothing",
                        "scope",
                        (engine, arguments) -> new ForgetfulScope(),
                        "nativeMemoryReturns",
                        "a thousand training steps"),
                altered(
                        "every backward pass leaks a tensor",
                        "gradients",
                        (engine, arguments) -> {
                            engine.ones(Shape.of(1), DType.F32).unscoped();
                            return engine.gradients(
                                    tensors(arguments[0]), tensors(arguments[1]), tensors(arguments[2]));
                        },
                        "nativeMemoryReturns",
                        "every operation"),
                altered(
                        "noGradient records",
                        "noGradient",
                        (engine, arguments) -> (GradientMode) () -> {},
                        "differentiationKeepsItsPromises",
                        "recording is off"),
                altered(
                        "adamW forgets the decay",
                        "adamW",
                        (engine, arguments) -> {
                            engine.adamW(withoutDecay((AdamWStep) arguments[0]));
                            return null;
                        },
                        "trainingIsDeterministic",
                        "adamW in F64"),
                altered(
                        "exceptions are the engine's own",
                        "arange",
                        (engine, arguments) -> {
                            throw new IllegalArgumentException("bad range");
                        },
                        "brokenArgumentsAreNamed",
                        "SHAPE_MISMATCH naming [arange"));
    }

    private static final class ForgetfulScope implements TensorScope {
        @Override
        public <T extends Tensor> T keep(T tensor) {
            return tensor;
        }

        @Override
        public void close() {
            // The defect.
        }
    }

    private static AdamWStep withoutDecay(AdamWStep step) {
        return new AdamWStep(
                step.parameters(),
                step.gradients(),
                step.firstMoments(),
                step.secondMoments(),
                Collections.nCopies(step.decays().size(), 0.0),
                step.learningRate(),
                step.beta1(),
                step.beta2(),
                step.epsilon(),
                step.gradientScale(),
                step.step());
    }

    // Each is an argument of gradients, a list of tensors.
    @SuppressWarnings("unchecked")
    private static List<Tensor> tensors(Object argument) {
        return (List<Tensor>) argument;
    }

    private interface Replacement {
        @Nullable Object call(TensorBackend engine, Object[] arguments);
    }

    /** The reference engine with one method replaced. */
    private static Broken altered(String defect, String method, Replacement replacement, String group, String finder) {
        TensorBackend engine = ReferenceBackend.open();
        Object proxy = Proxy.newProxyInstance(
                TensorBackend.class.getClassLoader(),
                new Class<?>[] {TensorBackend.class},
                (self, called, arguments) -> {
                    if (called.getName().equals(method)) {
                        return replacement.call(engine, arguments);
                    }
                    try {
                        return called.invoke(engine, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        return new Broken(defect, (TensorBackend) proxy, group, finder);
    }

    private static Broken broken(String defect, ArrayKernels<?> kernels, String group, String finder) {
        return new Broken(defect, new TapeBackend<>(kernels), group, finder);
    }
}
