package dev.mneme.cli.stream;

/** How well tokens were predicted: their number, their bytes and their surprise. */
public final class Sum {
    private long tokens;
    private long bytes;
    private double nats;

    Sum() {}

    Sum(long tokens, long bytes, double nats) {
        this.tokens = tokens;
        this.bytes = bytes;
        this.nats = nats;
    }

    /** @param logProbability natural logarithm; NaN for a token that nothing predicts, which does not count */
    void addToken(double logProbability) {
        if (!Double.isNaN(logProbability)) {
            tokens++;
            nats -= logProbability;
        }
    }

    void addBytes(long count) {
        bytes += count;
    }

    public long tokens() {
        return tokens;
    }

    public long bytes() {
        return bytes;
    }

    /** Sum of surprises, natural logarithms. */
    double nats() {
        return nats;
    }

    /** NaN without tokens. */
    public double perplexity() {
        return Math.exp(nats / tokens);
    }

    /** NaN without tokens. */
    public double bitsPerToken() {
        return nats / tokens / Math.log(2);
    }

    /** NaN without tokens. */
    public double bitsPerByte() {
        return tokens == 0 ? Double.NaN : nats / bytes / Math.log(2);
    }
}
