package dev.mneme.runtime.model;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;
import dev.mneme.task.SegmentBatch;
import dev.mneme.task.TaskInfo;

/**
 * Looks at ids while they are on the host. A GPU meets one that its tables do not have after the call has returned, and is
 * then lost to the whole process.
 */
record TokenIds(TaskInfo task) {
    /** Inputs and decoder inputs of a segment. */
    void check(SegmentBatch batch) {
        require("token", batch.tokens(), 0, task.vocabulary());
        if (batch.decoderTokens() != null) {
            require("decoder token", batch.decoderTokens(), 0, task.targetVocabulary());
        }
    }

    /** What is fed to an open segment: of an encoder-decoder, its targets. */
    void checkFed(long[] ids) {
        require("token", ids, 0, task.form() == Form.ENCODER_DECODER ? task.targetVocabulary() : task.vocabulary());
    }

    void checkLabels(long[] labels) {
        require("label", labels, SegmentBatch.IGNORED, task.targetVocabulary());
    }

    private static void require(String what, long[] ids, long lowest, int count) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < lowest || ids[i] >= count) {
                throw new MnemeException(
                        ErrorCode.CONFIG_INVALID,
                        what + " " + ids[i] + " at place " + i + " of the batch; the model has ids " + lowest + " to "
                                + (count - 1));
            }
        }
    }
}
