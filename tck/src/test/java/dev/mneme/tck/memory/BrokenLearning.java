package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Writer;
import dev.mneme.nn.Pass;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Tensor;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Gradients, random numbers and native memory that are not what they should be. */
record BrokenLearning(List<TestEngine> engines) {
    Stream<BrokenMemory> broken() {
        return Stream.of(
                faulty(
                        Rule.GRADIENTS,
                        "the reader cuts the carried state off",
                        Changes.ofRead((right, request, state, pass) -> right.read(request, state.detach(), pass)),
                        MemoryContract::gradientsEqualCentralDifferences,
                        "carried state slots"),
                faulty(
                        Rule.ENGINES,
                        "a parameter starts from numbers the engine draws",
                        startingFrom((start, context) ->
                                context.modules().backend().normal(start.shape(), start.dtype(), 1)),
                        MemoryContract::enginesAgree,
                        "parameter memory.start: element 0"),
                faulty(
                        Rule.ENGINES,
                        "the graph is cut on one engine",
                        cutOnAnother(),
                        MemoryContract::enginesAgree,
                        "gradient of memory.start: element 0"),
                faulty(
                        Rule.SEEDS,
                        "a parameter starts from a count of mechanisms",
                        counted(),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "built twice from one seed, parameter memory.start"),
                faulty(
                        Rule.SEEDS,
                        "the reader has a random number that no seed decides",
                        BrokenStates.numbered(),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "the same model, built twice, logits"),
                faulty(
                        Rule.SEEDS,
                        "units are dropped in evaluation, too",
                        drawing(false),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "evaluated a second time, logits"),
                faulty(
                        Rule.SEEDS,
                        "steps have keys of their own",
                        drawing(true),
                        MemoryContract::randomNumbersFollowSeedsAndKeys,
                        "trained a second time with the same keys, logits"),
                faulty(
                        Rule.RELEASE,
                        "a stream is not closed",
                        Changes.ofStream((right, state) -> new ForwardingStream(right) {
                            @Override
                            public void close() {
                                // The defect.
                            }
                        }),
                        MemoryContract::nativeMemoryReturns,
                        "a stream fed to its end leaves"),
                faulty(
                        Rule.RELEASE,
                        "a stream is closed by its end alone",
                        Changes.ofStream((right, state) -> new ForwardingStream(right) {
                            @Override
                            public MemoryState finish() {
                                MemoryState next = super.finish();
                                super.close();
                                return next;
                            }

                            @Override
                            public void close() {
                                // The defect.
                            }
                        }),
                        MemoryContract::nativeMemoryReturns,
                        "a stream closed half-way leaves"));
    }

    private interface Start {
        /** In the caller's hands. */
        Tensor of(Tensor start, MechanismContext context);
    }

    private static Fault startingFrom(Start change) {
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                Tensor start = right.parameters().get("start").value();
                try (Tensor changed = change.of(start, context)) {
                    start.assign(changed);
                }
                return right;
            }
        };
    }

    private static Fault counted() {
        AtomicInteger mechanisms = new AtomicInteger();
        return startingFrom((start, context) -> {
            double[] values = start.toDoubles();
            values[0] = mechanisms.incrementAndGet();
            return context.modules().backend().tensor(values, start.shape(), start.dtype());
        });
    }

    /** The second engine of the tests is a proxy of the first. */
    private static Fault cutOnAnother() {
        return new Fault() {
            private boolean cuts;

            @Override
            public MechanismContext context(MechanismContext right) {
                cuts = Proxy.isProxyClass(right.modules().backend().getClass());
                return right;
            }

            @Override
            public Writer writer(Writer right) {
                return cuts ? SlotFaults.cutGraph().writer(right) : right;
            }
        };
    }

    /** Every mechanism draws the same keys, one a step. */
    private static Fault drawing(boolean inTraining) {
        return new Fault() {
            @Override
            public Controller controller(Controller right) {
                RandomSource own = new RandomSource(3);
                return Changes.ofStep((controller, segment, state, pass) -> controller.step(
                                segment,
                                state,
                                pass.training() == inTraining ? Pass.training(new RandomSource(own.nextKey())) : pass))
                        .controller(right);
            }
        };
    }

    private BrokenMemory faulty(Rule rule, String fault, Fault how, BrokenMemory.Group group, String seen) {
        return BrokenMemory.of(engines, rule, fault, how, group, seen);
    }
}
