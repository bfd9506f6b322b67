package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.StateSchema;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.ModuleContext;
import dev.mneme.nn.Pass;
import dev.mneme.tck.memory.Forwarding.OfController;
import dev.mneme.tck.memory.Forwarding.OfMemory;
import dev.mneme.tck.memory.Forwarding.OfReader;
import dev.mneme.tck.memory.Forwarding.OfWriter;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.RandomSource;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What can be wrong with {@link SlotProvider}'s mechanism. */
final class SlotFaults {
    private SlotFaults() {}

    static Fault ownSeed() {
        return new Fault() {
            @Override
            public MechanismContext context(MechanismContext right) {
                ModuleContext modules = right.modules();
                ModuleContext unseeded = new ModuleContext(modules.backend(), modules.dtype(), 0);
                return new MechanismContext(unseeded, right.backbone(), right.task());
            }
        };
    }

    // ---- memory ----

    static Fault engineNoise() {
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                return new OfMemory(right) {
                    @Override
                    public MemoryState initialState(long batch) {
                        MemoryState state = right.initialState(batch);
                        Tensor slots = state.get(SlotMemory.SLOTS);
                        Shape shape = slots.shape();
                        // One draw for all rows: streams stay independent.
                        Tensor noise = context.modules()
                                .backend()
                                .normal(Shape.of(shape.size(1), shape.size(2)), DType.F64, 1);
                        return state.with(SlotMemory.SLOTS, slots.add(noise));
                    }
                };
            }
        };
    }

    static Fault smallStart() {
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                return new OfMemory(right) {
                    @Override
                    public MemoryState initialState(long batch) {
                        MemoryState state = right.initialState(batch);
                        return state.with(
                                SlotMemory.SLOTS, state.get(SlotMemory.SLOTS).slice(1, 1, 4));
                    }
                };
            }

            @Override
            public Writer writer(Writer right) {
                return changingNext(
                        right,
                        (slots, next) -> slots.size(1) == 4
                                ? next
                                : next.backend().concat(List.of(next.slice(1, 0, 1), next), 1));
            }
        };
    }

    static Fault growingLog() {
        StateSchema.Entry log = new StateSchema.Entry("log", DType.F64, Shape.of(100));
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                return new OfMemory(right) {
                    @Override
                    public StateSchema schema() {
                        List<StateSchema.Entry> entries =
                                new ArrayList<>(right.schema().entries());
                        entries.add(log);
                        return new StateSchema(entries);
                    }

                    @Override
                    public MemoryState initialState(long batch) {
                        return right.initialState(batch)
                                .with(log.name(), context.modules().backend().zeros(Shape.of(batch, 1), DType.F64));
                    }
                };
            }

            @Override
            public Writer writer(Writer right) {
                return new OfWriter(right) {
                    @Override
                    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
                        Written written = right.write(trace, state, pass);
                        Tensor line = trace.tokenOutput().mean(false, 1, 2).unsqueeze(1);
                        Tensor longer = line.backend().concat(List.of(state.get(log.name()), line), 1);
                        return new Written(written.next().with(log.name(), longer), written.losses());
                    }
                };
            }
        };
    }

    // ---- reader ----

    static Fault positionInPiece() {
        return reading((request, value) -> {
            long length = value.size(1);
            Tensor ramp = value.backend().arange(0, length).to(DType.F64).reshape(1, length, 1);
            return value.mul(ramp.add(1));
        });
    }

    static Fault meanOfSegment() {
        return reading((request, value) -> value.add(request.hidden().mean(true, 1)));
    }

    static Fault mixedRows() {
        return reading((request, value) -> value.add(value.mean(true, 0)));
    }

    static Fault countedReads() {
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                return new OfReader(right) {
                    private int reads;

                    @Override
                    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                        Reading reading = right.read(request, state, pass);
                        if (reading instanceof Reading.Residual residual) {
                            reads++;
                            return new Reading.Residual(residual.value().mul(1 + 0.01 * reads));
                        }
                        return reading;
                    }
                };
            }
        };
    }

    /** Threads other than the builder's meet between setting the field and reading it. */
    static Fault stateInField() {
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                Thread builder = Thread.currentThread();
                CyclicBarrier both = new CyclicBarrier(2);
                return new OfReader(right) {
                    private volatile MemoryState current = MemoryState.empty();

                    @Override
                    public SequenceRows rows(MemoryState state, long batch) {
                        current = state;
                        if (Thread.currentThread() != builder) {
                            meet(both);
                        }
                        return right.rows(state, batch);
                    }

                    @Override
                    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                        return right.read(request, current, pass);
                    }
                };
            }
        };
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("the other thread did not come", e);
        }
    }

    static Fault openReader() {
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                return new OfReader(right) {
                    @Override
                    public void close() {
                        // The defect.
                    }
                };
            }
        };
    }

    private interface ReadChange {
        Tensor change(ReadRequest request, Tensor value);
    }

    private static Fault reading(ReadChange change) {
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                return new OfReader(right) {
                    @Override
                    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                        return right.read(request, state, pass) instanceof Reading.Residual residual
                                ? new Reading.Residual(change.change(request, residual.value()))
                                : Reading.NOTHING;
                    }
                };
            }
        };
    }

    // ---- writer ----

    static Fault scratchEntry() {
        return writing((right, trace, state, pass) -> {
            Written written = right.write(trace, state, pass);
            return new Written(written.next().with("scratch", trace.output()), written.losses());
        });
    }

    static Fault cutGraph() {
        return writing((right, trace, state, pass) -> right.write(
                new SegmentTrace(
                        trace.leading(),
                        trace.trailing(),
                        trace.layerInputs(),
                        trace.output().detach(),
                        trace.valid()),
                state,
                pass));
    }

    static Fault paddingWritten() {
        return writing((right, trace, state, pass) -> right.write(
                new SegmentTrace(trace.leading(), trace.trailing(), trace.layerInputs(), trace.output(), null),
                state,
                pass));
    }

    static Fault ownKeys() {
        RandomSource own = new RandomSource(3);
        return writing((right, trace, state, pass) ->
                right.write(trace, state, pass.training() ? Pass.training(new RandomSource(own.nextKey())) : pass));
    }

    static Fault unscopedCopy() {
        return writing((right, trace, state, pass) -> {
            state.get(SlotMemory.SLOTS).detach().unscoped();
            return right.write(trace, state, pass);
        });
    }

    static Fault keptGraph() {
        return new Fault() {
            @Override
            public Writer writer(Writer right) {
                return new OfWriter(right) {
                    private @Nullable Tensor earlier;

                    @Override
                    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
                        Written written = right.write(trace, state, pass);
                        Tensor next = written.next().get(SlotMemory.SLOTS);
                        Tensor before = earlier;
                        earlier = next;
                        boolean usable = before != null
                                && before.isOpen()
                                && before.shape().equals(next.shape());
                        return usable
                                ? new Written(
                                        written.next().with(SlotMemory.SLOTS, next.add(before.mul(0.1))),
                                        written.losses())
                                : written;
                    }
                };
            }
        };
    }

    private interface Write {
        Written write(Writer right, SegmentTrace trace, MemoryState state, Pass pass);
    }

    private static Fault writing(Write write) {
        return new Fault() {
            @Override
            public Writer writer(Writer right) {
                return new OfWriter(right) {
                    @Override
                    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
                        return write.write(right, trace, state, pass);
                    }
                };
            }
        };
    }

    private interface NextChange {
        Tensor change(Tensor slots, Tensor next);
    }

    private static Writer changingNext(Writer right, NextChange change) {
        return new OfWriter(right) {
            @Override
            public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
                Written written = right.write(trace, state, pass);
                Tensor next = change.change(
                        state.get(SlotMemory.SLOTS), written.next().get(SlotMemory.SLOTS));
                return new Written(written.next().with(SlotMemory.SLOTS, next), written.losses());
            }
        };
    }

    // ---- controller ----

    static Fault fixedKeys() {
        return stepping((right, segment, state, pass) ->
                right.step(segment, state, pass.training() ? Pass.training(new RandomSource(7)) : pass));
    }

    static Fault lossesLost() {
        return advancing((right, segment, state, pass) ->
                Written.of(right.advance(segment, state, pass).next()));
    }

    static Fault extraKey() {
        return advancing((right, segment, state, pass) -> {
            pass.random().nextKey();
            return right.advance(segment, state, pass);
        });
    }

    private interface Step {
        StepResult step(Controller right, Segment segment, MemoryState state, Pass pass);
    }

    private static Fault stepping(Step step) {
        return controlling(right -> new OfController(right) {
            @Override
            public StepResult step(Segment segment, MemoryState state, Pass pass) {
                return step.step(right, segment, state, pass);
            }
        });
    }

    private interface Advance {
        Written advance(Controller right, Segment segment, MemoryState state, Pass pass);
    }

    private static Fault advancing(Advance advance) {
        return controlling(right -> new OfController(right) {
            @Override
            public Written advance(Segment segment, MemoryState state, Pass pass) {
                return advance.advance(right, segment, state, pass);
            }
        });
    }

    private static Fault controlling(UnaryOperator<Controller> change) {
        return new Fault() {
            @Override
            public Controller controller(Controller right) {
                return change.apply(right);
            }
        };
    }
}
