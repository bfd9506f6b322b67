package dev.mneme.recurrentmemory;

import dev.mneme.memory.MemoryState;
import dev.mneme.memory.SegmentTrace;
import dev.mneme.memory.Writer;
import dev.mneme.memory.Written;
import dev.mneme.nn.Pass;
import dev.mneme.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what the last block made of the write rows as the next memory: of the rows behind the tokens, or of those before
 * them where there are no others. The writing itself is the backbone's work on these rows.
 *
 * @param slots memory rows M
 * @param cache of the xl form, or null
 */
record RecurrentMemoryWriter(int slots, @Nullable StateCache cache) implements Writer {
    @Override
    public Written write(SegmentTrace trace, MemoryState state, Pass pass) {
        Map<String, Tensor> next = new LinkedHashMap<>();
        if (slots > 0) {
            next.put(RecurrentMemory.ROWS, trace.trailing() > 0 ? trace.trailingOutput() : trace.leadingOutput());
        }
        if (cache != null) {
            next.putAll(cache.after(trace, state));
        }
        if (trace.valid() != null) {
            keepAbsentStreams(next, state, trace.valid());
        }
        return Written.of(MemoryState.of(next));
    }

    /** A stream without a real token in this segment is not there: it keeps its state. */
    private static void keepAbsentStreams(Map<String, Tensor> next, MemoryState state, Tensor valid) {
        Tensor present = valid.sum(false, 1).gt(0);
        next.replaceAll((name, tensor) -> {
            long[] sizes = new long[tensor.rank()];
            Arrays.fill(sizes, 1);
            sizes[0] = present.size(0);
            return present.reshape(sizes).where(tensor, state.get(name));
        });
    }
}
