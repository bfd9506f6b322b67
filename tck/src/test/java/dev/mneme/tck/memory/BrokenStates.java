package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.Reader;
import dev.mneme.memory.Reading;
import dev.mneme.memory.Written;
import dev.mneme.tck.TestEngine;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** States that are no values, or not those they should be. */
record BrokenStates(List<TestEngine> engines) {
    Stream<BrokenMemory> broken() {
        return Stream.of(
                faulty(
                        Rule.BOUND,
                        "the writer adds a slot a segment",
                        Changes.ofWritten(written -> changing(
                                written, next -> next.backend().concat(List.of(next, next.slice(1, 0, 1)), 1))),
                        MemoryContract::statesAreBounded,
                        "state entry slots: expected F64 of batch 3 and at most"),
                faulty(
                        Rule.BOUND,
                        "the writer divides by nothing",
                        Changes.ofWritten(written -> changing(written, next -> next.div(next.sub(next)))),
                        MemoryContract::statesAreBounded,
                        "state after segment 1 of 20, slots: element 0"),
                faulty(
                        Rule.ROWS,
                        "the writer averages over the batch",
                        Changes.ofWritten(written -> changing(written, next -> next.add(next.mean(true, 0)))),
                        MemoryContract::rowsAreIndependentStreams,
                        "rows [1, 1, 2, 0] of a batch of 3, next state entry slots"),
                faulty(
                        Rule.RESET,
                        "the start differs from row to row",
                        Changes.ofStart((state, context) -> {
                            Tensor slots = state.get(SlotMemory.SLOTS);
                            Tensor row = slots.backend()
                                    .arange(0, slots.size(0))
                                    .to(DType.F64)
                                    .reshape(slots.size(0), 1, 1);
                            return state.with(SlotMemory.SLOTS, slots.add(row));
                        }),
                        MemoryContract::rowsStartAnewAlone,
                        "the row that was reset, logits"),
                faulty(
                        Rule.RESTORE,
                        "the reader has numbers that are neither state nor parameter",
                        numbered(),
                        MemoryContract::savedStatesGoOn,
                        "loaded into a new model of the same parameters, logits"),
                faulty(
                        Rule.FORK,
                        "the writer overwrites the slots it was given",
                        Changes.ofWrite((right, trace, state, pass) -> {
                            Written written = right.write(trace, state, pass);
                            // The first state of a stream shares its numbers with the parameter.
                            if (state.get(SlotMemory.AGE).toLongs()[0] > 0) {
                                state.get(SlotMemory.SLOTS)
                                        .assign(written.next().get(SlotMemory.SLOTS));
                            }
                            return written;
                        }),
                        MemoryContract::statesCanBeForked,
                        "the state that a step was given, entry slots"),
                faulty(
                        Rule.FORK,
                        "the end of a stream overwrites the age it started from",
                        Changes.ofStream((right, state) -> new ForwardingStream(right) {
                            @Override
                            public MemoryState finish() {
                                MemoryState next = right.finish();
                                state.get(SlotMemory.AGE).assign(next.get(SlotMemory.AGE));
                                return next;
                            }
                        }),
                        MemoryContract::statesCanBeForked,
                        "the state that a stream fed to its end was given, entry age"));
    }

    private interface Change {
        Tensor of(Tensor next);
    }

    private static Written changing(Written written, Change change) {
        Tensor next = change.of(written.next().get(SlotMemory.SLOTS));
        return new Written(written.next().with(SlotMemory.SLOTS, next), written.losses());
    }

    /** Every reader has another number. */
    static Fault numbered() {
        AtomicInteger readers = new AtomicInteger();
        return new Fault() {
            @Override
            public Reader reader(Reader right) {
                double factor = 1 + 0.1 * readers.incrementAndGet();
                return Changes.ofRead((reader, request, state, pass) ->
                                reader.read(request, state, pass) instanceof Reading.Residual residual
                                        ? new Reading.Residual(residual.value().mul(factor))
                                        : Reading.NOTHING)
                        .reader(right);
            }
        };
    }

    private BrokenMemory faulty(Rule rule, String fault, Fault how, BrokenMemory.Group group, String seen) {
        return BrokenMemory.of(engines, rule, fault, how, group, seen);
    }
}
