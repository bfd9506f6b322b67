package dev.mneme.compressive;

/**
 * Sizes of the queues.
 *
 * @param length memory rows n_m
 * @param compressed compressed rows n_cm
 * @param rate rows c that leave the memory at a time: 1 where nothing is compressed
 */
record Sizes(int length, int compressed, int rate) {
    /** In training, or outside of it. */
    static Sizes of(CompressiveTransformerConfig config, boolean training) {
        int length = training || config.evalLength() < 0 ? config.length() : config.evalLength();
        int compressed = training || config.evalCompressedLength() < 0
                ? config.compressedLength()
                : config.evalCompressedLength();
        boolean anyCompressed = config.compressedLength() > 0 || config.evalCompressedLength() > 0;
        return new Sizes(length, compressed, anyCompressed ? config.rate() : 1);
    }

    /** Large enough for both. */
    static Sizes bound(CompressiveTransformerConfig config) {
        Sizes training = of(config, true);
        Sizes otherwise = of(config, false);
        return new Sizes(
                Math.max(training.length, otherwise.length),
                Math.max(training.compressed, otherwise.compressed),
                training.rate);
    }

    /** Places of the memory: n_m rows and those that wait for others to be compressed with. */
    int places() {
        return length == 0 && compressed == 0 ? 0 : length + rate - 1;
    }
}
