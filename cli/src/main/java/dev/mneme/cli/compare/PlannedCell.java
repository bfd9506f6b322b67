package dev.mneme.cli.compare;

import dev.mneme.runtime.config.RunConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One run.
 *
 * @param place row of the table it belongs to
 * @param seed of the run
 * @param config everything that decides its results
 * @param key the same for the same run, whatever comparison it is in
 */
public record PlannedCell(Place place, long seed, RunConfig config, String key) {
    private static final int DIGITS = 12;

    /** @param threads that operations may use; they decide the time it takes */
    static PlannedCell of(Place place, long seed, RunConfig config, int threads) {
        String key = config.memory() + "-" + config.task() + "-" + hash(config.toJson() + threads);
        return new PlannedCell(place, seed, config, key);
    }

    /** Such as {@code memformer on segment-copy, segments=3, seed 1}. */
    String name() {
        return place.label() + ", seed " + seed;
    }

    /** How long it takes beside others. */
    double work(long sequenceTokens) {
        double tokens = sequenceTokens > 0
                ? sequenceTokens
                : (double) config.model().segment() * config.train().segments();
        return config.train().steps()
                * tokens
                * config.train().batch()
                * config.train().accumulate();
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
