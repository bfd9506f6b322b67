package dev.mneme.tck.memory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentStream;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.StepResult;
import dev.mneme.memory.Written;
import dev.mneme.tck.TestEngine;
import dev.mneme.tck.memory.Forwarding.OfController;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Steps and streams that return something else than they should. */
record BrokenSteps(List<TestEngine> engines) {
    Stream<BrokenMemory> broken() {
        return Stream.of(
                faulty(
                        Rule.SHAPES,
                        "logits of the last token alone",
                        Changes.ofStep((right, segment, state, pass) -> {
                            StepResult result = right.step(segment, state, pass);
                            Tensor logits = result.logits();
                            long length = logits.size(1);
                            return new StepResult(logits.slice(1, length - 1, length), result.next(), result.losses());
                        }),
                        MemoryContract::stepsReturnWhatTheyPromise,
                        "logits: expected F64"),
                faulty(
                        Rule.SHAPES,
                        "an auxiliary loss that is no scalar",
                        Changes.ofWritten(written -> new Written(
                                written.next(),
                                Map.of(
                                        SlotWriter.MOVEMENT,
                                        written.losses()
                                                .get(SlotWriter.MOVEMENT)
                                                .reshape(1)))),
                        MemoryContract::stepsReturnWhatTheyPromise,
                        "auxiliary loss movement: expected F64"),
                faulty(
                        Rule.SHAPES,
                        "the initial state lacks an entry",
                        Changes.ofStart((state, context) -> state.only(Set.of(SlotMemory.SLOTS))),
                        MemoryContract::stepsReturnWhatTheyPromise,
                        "state has entries [slots], its schema says [slots, age]"),
                faulty(
                        Rule.STREAMING,
                        "the end of a stream counts a segment twice",
                        Changes.ofStream((right, state) -> new ForwardingStream(right) {
                            @Override
                            public MemoryState finish() {
                                MemoryState next = right.finish();
                                return next.with(
                                        SlotMemory.AGE, next.get(SlotMemory.AGE).add(1));
                            }
                        }),
                        MemoryContract::streamingEqualsOneStep,
                        "segment 1 in pieces of [1, 1, 1, 1, 1], next state entry age"),
                faulty(
                        Rule.STREAMING,
                        "streams fed together get each other's logits",
                        Changes.ofController(right -> new OfController(right) {
                            @Override
                            public Tensor feed(List<SegmentStream> streams, Tensor tokens) {
                                Tensor logits = super.feed(streams, tokens);
                                long rows = logits.size(0);
                                long[] backwards = LongStream.range(0, rows)
                                        .map(row -> rows - 1 - row)
                                        .toArray();
                                return logits.indexSelect(0, logits.backend().tensor(backwards, Shape.of(rows)));
                            }
                        }),
                        MemoryContract::streamsFedTogetherEqualThemselves,
                        "streams at different places fed together, logits"),
                faulty(
                        Rule.CAUSALITY,
                        "logits depend on no token at all",
                        Changes.ofStep((right, segment, state, pass) -> {
                            StepResult result = right.step(segment, state, pass);
                            return new StepResult(result.logits().mul(0), result.next(), result.losses());
                        }),
                        MemoryContract::logitsDoNotSeeLaterTokens,
                        "a change of token 1 does not change its own logits"),
                faulty(
                        Rule.PADDING,
                        "the writer adds the mean of the tokens, of which there may be none",
                        Changes.ofWrite((right, trace, state, pass) -> {
                            Written written = right.write(trace, state, pass);
                            Tensor mean = meanOfTokens(trace);
                            Tensor next = written.next().get(SlotMemory.SLOTS).add(mean);
                            return new Written(written.next().with(SlotMemory.SLOTS, next), written.losses());
                        }),
                        MemoryContract::paddingChangesNothing,
                        "entry slots after a row of nothing but padding"),
                faulty(
                        Rule.PADDING,
                        "the writer lifts the mask where nothing is left",
                        Changes.ofWrite((right, trace, state, pass) -> right.write(
                                new SegmentTrace(
                                        trace.leading(),
                                        trace.trailing(),
                                        trace.layerInputs(),
                                        trace.output(),
                                        lifted(trace.valid())),
                                state,
                                pass)),
                        MemoryContract::paddingChangesNothing,
                        "after a change in a row of nothing but padding, next state entry slots"));
    }

    /** (batch, 1, dim). */
    private static Tensor meanOfTokens(SegmentTrace trace) {
        Tensor tokens = trace.tokenOutput();
        Tensor valid = trace.valid();
        if (valid == null) {
            return tokens.mean(true, 1);
        }
        Tensor weights = valid.to(DType.F64).unsqueeze(2);
        return tokens.mul(weights).sum(true, 1).div(weights.sum(true, 1));
    }

    private static @Nullable Tensor lifted(@Nullable Tensor valid) {
        if (valid == null) {
            return null;
        }
        Tensor some = valid.to(DType.F64).sum(true, 1).gt(0).expand(valid.shape());
        return some.where(valid, valid.backend().ones(valid.shape(), DType.BOOL));
    }

    private BrokenMemory faulty(Rule rule, String fault, Fault how, BrokenMemory.Group group, String seen) {
        return BrokenMemory.of(engines, rule, fault, how, group, seen);
    }
}
