/**
 * A model of Mneme as a step in a Deeplearning4j program, on any engine: {@link
 * dev.mneme.backend.nd4j.pipeline.DataSetTask} trains on a {@code DataSetIterator}, {@link
 * dev.mneme.backend.nd4j.pipeline.SequenceNetwork} takes INDArrays, gives INDArrays and fills Deeplearning4j's evaluations.
 * What the numbers in the arrays mean is said once, by a {@link dev.mneme.backend.nd4j.pipeline.SequenceFormat}.
 *
 * <p>Models read token ids. Features are whole numbers of shape (batch, length) or (batch, 1, length), of any element
 * type; {@link dev.mneme.backend.nd4j.pipeline.TokenBins} makes them of continuous values.
 */
@org.jspecify.annotations.NullMarked
package dev.mneme.backend.nd4j.pipeline;
