package dev.mneme.runtime.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class SamplerTest {
    private static final double[] LOGITS = {Math.log(0.1), Math.log(0.5), Math.log(0.25), Math.log(0.15)};

    @Test
    void drawsFollowTheProbabilities() {
        assertThat(shares(new Decoding(1, 1, 0, 1, 3)))
                .containsExactly(new double[] {0.1, 0.5, 0.25, 0.15}, within(0.02));
    }

    @Test
    void temperatureSharpens() {
        double total = 0.01 + 0.25 + 0.0625 + 0.0225;
        assertThat(shares(new Decoding(1, 0.5, 0, 1, 3)))
                .containsExactly(
                        new double[] {0.01 / total, 0.25 / total, 0.0625 / total, 0.0225 / total}, within(0.02));
    }

    @Test
    void topKLeavesTheMostLikely() {
        assertThat(shares(new Decoding(1, 1, 2, 1, 3)))
                .containsExactly(new double[] {0, 2 / 3.0, 1 / 3.0, 0}, within(0.02));
    }

    @Test
    void topPLeavesTheFewestThatReachIt() {
        assertThat(shares(new Decoding(1, 1, 0, 0.74, 3)))
                .containsExactly(new double[] {0, 2 / 3.0, 1 / 3.0, 0}, within(0.02));
        assertThat(shares(new Decoding(1, 1, 0, 0.5, 3))).containsExactly(0, 1, 0, 0);
    }

    @Test
    void greedyTakesTheFirstOfTheLargest() {
        Sampler sampler = new Sampler(Decoding.greedy(1), 0);
        assertThat(sampler.next(new double[] {1, 3, 3, 2})).isEqualTo(1);
    }

    @Test
    void impossibleDecodingIsRefused() {
        assertThatThrownBy(() -> new Decoding(1, -1, 0, 1, 0)).hasMessageContaining("must be 0 or more");
        assertThatThrownBy(() -> new Decoding(1, 1, 0, 0, 0)).hasMessageContaining("top p must be above 0");
        assertThatThrownBy(() -> new Decoding(1, Double.NaN, 0, 1, 0)).hasMessageContaining("CONFIG_INVALID");
    }

    private static double[] shares(Decoding decoding) {
        Sampler sampler = new Sampler(decoding, 0);
        double[] shares = new double[LOGITS.length];
        int draws = 10_000;
        for (int i = 0; i < draws; i++) {
            shares[sampler.next(LOGITS)] += 1.0 / draws;
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] = Math.round(shares[i] * 1e9) / 1e9;
        }
        return shares;
    }
}
