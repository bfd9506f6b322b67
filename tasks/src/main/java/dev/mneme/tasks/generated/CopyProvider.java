package dev.mneme.tasks.generated;

import dev.mneme.task.Task;
import dev.mneme.task.TaskContext;
import dev.mneme.task.TaskProvider;

/**
 * Write the source again, r times.
 *
 * <p>Encoder-decoder form: the encoder reads s_1 .. s_L, the decoder starts with BOS and is fed the previous targets.
 * Decoder form: one causal sequence BOS s_1 .. s_L SEP followed by the outputs but the last; labels stand where an
 * output is due, the source is not scored. Encoder form: the same with QUERY in place of the outputs, so that no target
 * is seen. A sequence longer than {@code model.segment} is cut into segments of that length, the last one padded, so that
 * what was read in earlier segments reaches the outputs only through a memory.
 *
 * <p>Without BOS and with r = 2 the decoder form is the copy task of the recurrent memory transformer: 3L tokens in equal
 * segments, 2L of them scored.
 *
 * <p>{@code chanceAccuracy} is exact: a position whose symbol was not seen in its own segment (for the encoder-decoder
 * form: among the previous targets) is guessed with 1/V. It is NaN for a sequence of the other forms that fits into one
 * segment, where attention alone sees everything.
 */
public final class CopyProvider implements TaskProvider<CopyConfig> {
    @Override
    public String name() {
        return "copy";
    }

    @Override
    public String summary() {
        return "write the source again; without a memory of the source every symbol is a guess";
    }

    @Override
    public Class<CopyConfig> configType() {
        return CopyConfig.class;
    }

    @Override
    public Task create(CopyConfig config, TaskContext context) {
        return new CopySequence(
                        config.length(), config.symbols(), config.repeat(), false, config.begin(), 0, config.form())
                .task(config.evaluationSequences(), context.segmentLength());
    }
}
