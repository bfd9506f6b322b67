package dev.mneme.tck.memory;

import dev.mneme.memory.Controller;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.Memory;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.MemoryView;
import dev.mneme.memory.Observation;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Segment;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.tck.memory.Forwarding.OfController;
import dev.mneme.tck.memory.Forwarding.OfMemory;
import dev.mneme.tck.memory.Forwarding.OfReader;
import dev.mneme.tck.memory.Forwarding.OfWriter;
import java.util.List;
import java.util.function.UnaryOperator;

/** Faults made of one changed method. */
final class Changes {
    private Changes() {}

    interface Start {
        MemoryState start(MemoryState right, MechanismContext context);
    }

    static Fault ofStart(Start start) {
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                return new OfMemory(right) {
                    @Override
                    public MemoryState initialState(long batch) {
                        return start.start(right.initialState(batch), context);
                    }
                };
            }
        };
    }

    interface Views {
        List<MemoryView> views(Observation observation);
    }

    static Fault ofViews(Views views) {
        return new Fault() {
            @Override
            public Memory memory(Memory right, MechanismContext context) {
                return new OfMemory(right) {
                    @Override
                    public List<MemoryView> views(Observation observation) {
                        return views.views(observation);
                    }
                };
            }
        };
    }

    interface Read {
        Reading read(Reader right, ReadRequest request, MemoryState state, Pass pass);
    }

    static Fault ofRead(Read read) {
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                return new OfReader(right) {
                    @Override
                    public Reading read(ReadRequest request, MemoryState state, Pass pass) {
                        return read.read(right, request, state, pass);
                    }
                };
            }
        };
    }

    interface Write {
        Written write(Writer right, SegmentTrace trace, MemoryState state, Pass pass);
    }

    static Fault ofWrite(Write write) {
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

    /** Of what is written alone. */
    static Fault ofWritten(UnaryOperator<Written> change) {
        return ofWrite((right, trace, state, pass) -> change.apply(right.write(trace, state, pass)));
    }

    interface Step {
        StepResult step(Controller right, Segment segment, MemoryState state, Pass pass);
    }

    static Fault ofStep(Step step) {
        return ofController(right -> new OfController(right) {
            @Override
            public StepResult step(Segment segment, MemoryState state, Pass pass) {
                return step.step(right, segment, state, pass);
            }
        });
    }

    interface Stream {
        SegmentStream stream(SegmentStream right, MemoryState state);
    }

    static Fault ofStream(Stream stream) {
        return ofController(right -> new OfController(right) {
            @Override
            public SegmentStream stream(Segment opening, MemoryState state, Pass pass) {
                return stream.stream(right.stream(opening, state, pass), state);
            }
        });
    }

    static Fault ofController(UnaryOperator<Controller> change) {
        return new Fault() {
            @Override
            public Controller controller(Controller right) {
                return change.apply(right);
            }
        };
    }
}
