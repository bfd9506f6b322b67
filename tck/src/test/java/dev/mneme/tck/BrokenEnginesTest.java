package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

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
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract itself under test: engines with one defect each, and the test that must find it. */
final class BrokenEnginesTest {

    /**
     * An engine with one defect.
     *
     * @param defect what is wrong
     * @param engine has it
     * @param group of the contract that it belongs to
     * @param finder begins the names of the tests of which one must fail
     */
    private record Broken(String defect, TensorBackend engine, Group group, String finder) {
        @Override
        public String toString() {
            return defect;
        }
    }

    private interface Group extends Function<BackendContract, Stream<DynamicTest>> {}

    private static final List<Broken> ALL = Stream.of(
                    wrongValues(), wrongLayouts(), wrongGradients(), wrongRandomNumbers(), wrongEngines())
            .flatMap(some -> some)
            .toList();
    private static final Map<String, String> MESSAGES = new HashMap<>();

    @ParameterizedTest
    @MethodSource("all")
    void theContractFinds(Broken broken) {
        assertThat(message(broken))
                .startsWith("rule 7.")
                .contains("\n  promised: ", "\n  seen: ", "\n  read: ", "docs/spi-rules.md#engine-");
    }

    @Test
    void everyGroupOfTheContractIsProved() {
        List<String> rules = all().map(broken -> title(message(broken))).toList();
        assertThat(EngineRule.values())
                .extracting(EngineRule::title)
                .allSatisfy(title -> assertThat(rules).contains(title));
    }

    @Test
    void thePageShowsWhatTheBrokenEnginesGive() throws IOException {
        List<String> rows = all().map(broken -> {
                    EngineRule rule = rule(message(broken));
                    return Map.entry(
                            rule,
                            "| " + RulesPage.link(rule.number(), rule.title()) + " | " + broken.defect() + " | `"
                                    + RulesPage.seen(message(broken)) + "` |");
                })
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        RulesPage.read().compareOrRewrite("broken engines", rows);
    }

    @Test
    void thePageHasEveryRuleWithItsPromise() throws IOException {
        RulesPage page = RulesPage.read();
        for (EngineRule rule : EngineRule.values()) {
            page.requireRule(rule.number(), rule.title(), rule.promise());
        }
    }

    static Stream<Broken> all() {
        return ALL.stream();
    }

    private static EngineRule rule(String message) {
        String title = title(message);
        return Arrays.stream(EngineRule.values())
                .filter(rule -> rule.title().equals(title))
                .findFirst()
                .orElseThrow();
    }

    private static String title(String message) {
        return message.substring(message.indexOf('\'') + 1, message.indexOf("' is broken"));
    }

    /** The first failure of the tests that must find the defect. */
    private static String message(Broken broken) {
        return MESSAGES.computeIfAbsent(broken.defect(), defect -> {
            BackendContract contract = new BackendContract() {
                @Override
                protected TensorBackend openBackend() {
                    return broken.engine();
                }
            };
            contract.open();
            List<DynamicTest> finders = broken.group()
                    .apply(contract)
                    .filter(test -> test.getDisplayName().startsWith(broken.finder()))
                    .toList();
            String message = finders.stream()
                    .map(test -> catchThrowable(() -> test.getExecutable().execute()))
                    .filter(Objects::nonNull)
                    .map(Throwable::getMessage)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(defect + ": none of " + finders.size() + " tests fails"));
            contract.close();
            return message;
        });
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
                        BackendContract::valuesInF64EqualTheReference,
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
                        BackendContract::valuesInF32EqualTheReference,
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
                        BackendContract::valuesInF32EqualTheReference,
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
                        BackendContract::operationsKeepTheirPromises,
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
                        BackendContract::valuesInF64EqualTheReference,
                        "matmul"),
                broken(
                        "where multiplies by the mask",
                        new ReferenceKernels() {
                            @Override
                            public HostArray where(HostArray condition, HostArray ifTrue, HostArray ifFalse) {
                                HostArray mask = cast(condition, ifTrue.dtype());
                                HostArray first = binary(Binary.MUL, mask, ifTrue);
                                return binary(Binary.ADD, first, binary(Binary.MUL, affine(mask, -1, 1), ifFalse));
                            }
                        },
                        BackendContract::valuesInF64EqualTheReference,
                        "softmax of masked scores"),
                broken(
                        "assign does nothing",
                        new ReferenceKernels() {
                            @Override
                            public void copyInto(HostArray target, HostArray source) {
                                // The defect.
                            }
                        },
                        BackendContract::operationsKeepTheirPromises,
                        "assign"),
                broken(
                        "integers pass through doubles",
                        new ReferenceKernels() {
                            @Override
                            public HostArray affine(HostArray x, double factor, double summand) {
                                return cast(super.affine(cast(x, DType.F64), factor, summand), x.dtype());
                            }
                        },
                        BackendContract::operationsKeepTheirPromises,
                        "large integers"));
    }

    static Stream<Broken> wrongLayouts() {
        return Stream.of(
                broken(
                        "permute of a tall array changes the shape and not the order",
                        new ReferenceKernels() {
                            @Override
                            public HostArray permute(HostArray x, int... dims) {
                                HostArray right = super.permute(x, dims);
                                boolean tall = x.shape().rank() > 1
                                        && x.shape().size(0) > x.shape().size(-1);
                                return tall ? reshape(x, right.shape()) : right;
                            }
                        },
                        BackendContract::valuesOfPermutedOperandsEqualTheReference,
                        "add"),
                broken(
                        "slice forgets where it starts",
                        new ReferenceKernels() {
                            @Override
                            public HostArray slice(HostArray x, int dim, long start, long end) {
                                return super.slice(x, dim, 0, end - start);
                            }
                        },
                        BackendContract::valuesOfSlicedOperandsEqualTheReference,
                        "add"),
                broken(
                        "expand repeats nothing",
                        new ReferenceKernels() {
                            @Override
                            public HostArray expand(HostArray x, Shape shape) {
                                HostArray result = super.expand(x, shape);
                                for (int i = x.size(); i < result.size(); i++) {
                                    result.setNumber(i, 0);
                                }
                                return result;
                            }
                        },
                        BackendContract::valuesOfExpandedOperandsEqualTheReference,
                        "add"),
                broken(
                        "exp writes over its operand",
                        new ReferenceKernels() {
                            @Override
                            public HostArray unary(Unary operation, HostArray x) {
                                if (operation != Unary.EXP) {
                                    return super.unary(operation, x);
                                }
                                for (int i = 0; i < x.size(); i++) {
                                    x.setNumber(i, Math.exp(x.number(i)));
                                }
                                return x;
                            }
                        },
                        BackendContract::handlesLiveIndependently,
                        "exp"));
    }

    static Stream<Broken> wrongGradients() {
        return Stream.of(
                broken(
                        "the gradient of softmax is coarse in single precision",
                        new ReferenceKernels() {
                            @Override
                            public HostArray softmaxGradient(HostArray y, HostArray gradient, int dim) {
                                HostArray exact = super.softmaxGradient(y, gradient, dim);
                                return y.dtype() == DType.F32 ? affine(exact, 1.01, 0) : exact;
                            }
                        },
                        BackendContract::gradientsInF32EqualTheReference,
                        "softmax"),
                broken(
                        "the gradient of softmax forgets the projection",
                        new ReferenceKernels() {
                            @Override
                            public HostArray softmaxGradient(HostArray y, HostArray gradient, int dim) {
                                return binary(Binary.MUL, y, gradient);
                            }
                        },
                        BackendContract::gradientsEqualCentralDifferences,
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
                        BackendContract::gradientsEqualCentralDifferences,
                        "layerNorm"),
                broken(
                        "the gradient of cumsum runs forwards",
                        new ReferenceKernels() {
                            @Override
                            public HostArray cumsum(HostArray x, int dim, boolean reverse) {
                                return super.cumsum(x, dim, false);
                            }
                        },
                        BackendContract::gradientsEqualCentralDifferences,
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
                        BackendContract::gradientsEqualCentralDifferences,
                        "embedding"));
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
                        BackendContract::randomNumbersAreFunctionsOfTheirKeys,
                        "uniform F64 follows its key"),
                broken(
                        "normal depends on earlier draws",
                        new ReferenceKernels() {
                            @Override
                            public HostArray normal(Shape shape, DType dtype, long key) {
                                return super.normal(shape, dtype, key + calls.incrementAndGet());
                            }
                        },
                        BackendContract::randomNumbersAreFunctionsOfTheirKeys,
                        "normal F32 follows its key"),
                broken(
                        "normal is a sum of uniforms",
                        new ReferenceKernels() {
                            @Override
                            public HostArray normal(Shape shape, DType dtype, long key) {
                                return affine(super.uniform(shape, dtype, key), Math.sqrt(12), -Math.sqrt(3));
                            }
                        },
                        BackendContract::randomNumbersAreFunctionsOfTheirKeys,
                        "normal F64 has its moments"));
    }

    static Stream<Broken> wrongEngines() {
        return Stream.of(
                altered(
                        "scopes close nothing",
                        "scope",
                        (engine, arguments) -> new ForgetfulScope(),
                        BackendContract::nativeMemoryReturns,
                        "an exception inside a scope"),
                altered(
                        "every backward pass leaks a tensor",
                        "gradients",
                        (engine, arguments) -> {
                            engine.ones(Shape.of(1), DType.F32).unscoped();
                            return engine.gradients(
                                    tensors(arguments[0]), tensors(arguments[1]), tensors(arguments[2]));
                        },
                        BackendContract::nativeMemoryReturns,
                        "every operation"),
                altered(
                        "noGradient records",
                        "noGradient",
                        (engine, arguments) -> (GradientMode) () -> {},
                        BackendContract::differentiationKeepsItsPromises,
                        "recording is off"),
                altered(
                        "adamW forgets the decay",
                        "adamW",
                        (engine, arguments) -> {
                            engine.adamW(withoutDecay((AdamWStep) arguments[0]));
                            return null;
                        },
                        BackendContract::trainingIsDeterministic,
                        "adamW in F64"),
                altered(
                        "exceptions are the engine's own",
                        "arange",
                        (engine, arguments) -> {
                            throw new IllegalArgumentException("bad range");
                        },
                        BackendContract::brokenArgumentsAreNamed,
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
    private static Broken altered(String defect, String method, Replacement replacement, Group group, String finder) {
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

    private static Broken broken(String defect, ArrayKernels<?> kernels, Group group, String finder) {
        return new Broken(defect, new TapeBackend<>(kernels), group, finder);
    }
}
