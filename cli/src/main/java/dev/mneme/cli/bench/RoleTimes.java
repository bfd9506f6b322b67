package dev.mneme.cli.bench;

import dev.mneme.memory.ForwardingReader;
import dev.mneme.memory.ForwardingWriter;
import dev.mneme.memory.LayerInput;
import dev.mneme.memory.MechanismContext;
import dev.mneme.memory.MemoryDescription;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.memory.MemoryState;
import dev.mneme.memory.ReadRequest;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Roles;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.SequenceRows;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Adds up the time that a mechanism's reader and writer take, by standing before them, one thread at a time. A device that
 * computes beside the caller is waited for before and after each role, which costs it some of its speed.
 */
final class RoleTimes {
    /** What takes time; the rest of a segment is the backbone's. */
    enum Part {
        /** Everything asked of the reader. */
        READ,
        /** What the writer does before each block. */
        LAYER_WRITE,
        /** What the writer does behind the last block. */
        WRITE
    }

    private final TensorBackend backend;
    private final Map<Part, Long> nanos = new EnumMap<>(Part.class);

    RoleTimes(TensorBackend backend) {
        this.backend = backend;
        reset();
    }

    void reset() {
        for (Part part : Part.values()) {
            nanos.put(part, 0L);
        }
    }

    /** Since the last reset. */
    double seconds(Part part) {
        return nanos.get(part) / 1e9;
    }

    private <T> T measured(Part part, Supplier<T> work) {
        backend.synchronize();
        long start = System.nanoTime();
        T result = work.get();
        backend.synchronize();
        nanos.merge(part, System.nanoTime() - start, Long::sum);
        return result;
    }

    /** A provider of the same mechanism that is measured here. */
    <C extends Record> MemoryProvider<C> around(MemoryProvider<C> provider) {
        return new MemoryProvider<>() {
            @Override
            public String name() {
                return provider.name();
            }

            @Override
            public MemoryDescription description() {
                return provider.description();
            }

            @Override
            public Class<C> configType() {
                return provider.configType();
            }

            @Override
            public Roles roles(C config, MechanismContext context) {
                Roles roles = provider.roles(config, context);
                return new Roles(
                        roles.memory(),
                        new MeasuredReader(roles.reader()),
                        new MeasuredWriter(roles.writer()),
                        roles.controllers());
            }
        };
    }

    private final class MeasuredReader extends ForwardingReader {
        MeasuredReader(Reader actual) {
            super(actual);
        }

        @Override
        public SequenceRows rows(MemoryState state, long batch) {
            return measured(Part.READ, () -> super.rows(state, batch));
        }

        @Override
        public Reading read(ReadRequest request, MemoryState state, Pass pass) {
            return measured(Part.READ, () -> super.read(request, state, pass));
        }

        @Override
        public Tensor encoderOutput(Tensor sequence, MemoryState state) {
            return measured(Part.READ, () -> super.encoderOutput(sequence, state));
        }
    }

    private final class MeasuredWriter extends ForwardingWriter {
        MeasuredWriter(Writer actual) {
            super(actual);
        }

        @Override
        public MemoryState writeLayer(LayerInput input, MemoryState state, Pass pass) {
            return measured(Part.LAYER_WRITE, () -> super.writeLayer(input, state, pass));
        }

        @Override
        public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
            return measured(Part.WRITE, () -> super.write(trace, state, pass));
        }
    }
}
