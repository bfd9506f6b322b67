package dev.mneme.runtime.session;

/**
 * What a session wrote. It has read all of it, as if it had been fed.
 *
 * @param tokens ids, with the end symbol or the stop sequence that ended them
 * @param logProbabilities of each of them under the model, natural logarithms; temperature, top k and top p change which
 *     token is drawn, not this
 * @param end why there are no more
 */
public record Generated(long[] tokens, double[] logProbabilities, End end) {
    /** Why generation ended. */
    public enum End {
        /** It has the length that was asked for. */
        LENGTH,
        /** The end symbol of the task. */
        END_TOKEN,
        /** The {@link StopRule}. */
        STOP
    }
}
