package dev.mneme.backend.nd4j.pipeline;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.task.Form;

/**
 * What the arrays of a data set mean.
 *
 * <table>
 * <caption>Shapes, as Deeplearning4j has them</caption>
 * <tr><th>array</th><th>shape</th><th>meaning</th></tr>
 * <tr><td>features</td><td>(batch, length) or (batch, 1, length)</td><td>token ids</td></tr>
 * <tr><td>features mask</td><td>(batch, length)</td><td>1 = token; padding follows the sequence</td></tr>
 * <tr><td>labels</td><td>(batch, classes, length)</td><td>one-hot, a class for every step</td></tr>
 * <tr><td></td><td>(batch, 1, length)</td><td>the number of the class of every step</td></tr>
 * <tr><td></td><td>(batch, classes)</td><td>one-hot, a class for the sequence; asked for at its last step</td></tr>
 * <tr><td></td><td>(batch, 1)</td><td>the number of the class of the sequence</td></tr>
 * <tr><td>labels mask</td><td>(batch, length)</td><td>1 = this step is scored; with labels for every step</td></tr>
 * </table>
 *
 * @param form {@link Form#ENCODER} sees the whole segment at every step, {@link Form#DECODER} what came before; both see
 *     earlier segments through the memory alone
 * @param vocabulary number of token ids, from 0
 * @param classes number of labels, from 0
 */
public record SequenceFormat(Form form, int vocabulary, int classes) {
    public SequenceFormat {
        if (form == Form.ENCODER_DECODER || vocabulary < 1 || classes < 2) {
            throw new MnemeException(
                    ErrorCode.CONFIG_INVALID,
                    "a sequence format: expected an encoder or a decoder, at least 1 token id and 2 classes, got "
                            + form + ", " + vocabulary + " and " + classes);
        }
    }
}
