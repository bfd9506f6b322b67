package dev.mneme.cli.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RobustScoreTest {
    @Test
    void scoresAreThoseOfTheDefinition() {
        RobustScore score = new RobustScore();
        SplittableRandom random = new SplittableRandom(1);
        List<Double> before = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            double value = random.nextInt(5) == 0 ? random.nextInt(4) : random.nextDouble(10);
            double found = score.add(value);
            if (before.size() < RobustScore.FEWEST) {
                assertThat(found).isNaN();
            } else {
                List<Double> window = before.subList(Math.max(0, before.size() - RobustScore.WINDOW), before.size());
                double median = median(window.stream().mapToDouble(each -> each).toArray());
                double deviation = median(window.stream()
                        .mapToDouble(each -> Math.abs(each - median))
                        .toArray());
                assertThat(found).isCloseTo(0.6745 * (value - median) / deviation, within(1e-9));
            }
            before.add(value);
        }
        assertThat(score.values()).isEqualTo(before.subList(1500, 2500));
    }

    @Test
    void equalValuesDoNotMakeOthersInfinite() {
        RobustScore score = new RobustScore();
        for (int i = 0; i < 50; i++) {
            score.add(2);
        }
        assertThat(score.add(2.1)).isCloseTo(6.745, within(1e-9));
        assertThat(score.add(2)).isZero();
    }

    private static double median(double... values) {
        Arrays.sort(values);
        int count = values.length;
        return (values[(count - 1) / 2] + values[count / 2]) / 2;
    }
}
