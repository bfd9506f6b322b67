package dev.mneme.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.cli.compare.BudgetSearch.Amounts;
import dev.mneme.cli.compare.BudgetSearch.Bracket;
import dev.mneme.cli.compare.BudgetSearch.Probe;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetSearchTest {
    private static final Amounts LINE = value -> OptionalLong.of(1000 + 130L * value);

    @ParameterizedTest
    @ValueSource(longs = {1131, 1260, 1261, 5000, 99_999, 1_000_000})
    void neighboursAroundTheAmountAreFound(long target) {
        Bracket found = new BudgetSearch(LINE, target).run();

        int above = (int) ((target - 1000 + 129) / 130);
        assertThat(found.above()).isEqualTo(new Probe(above, 1000 + 130L * above));
        assertThat(found.below()).isEqualTo(new Probe(above - 1, 1000 + 130L * (above - 1)));
        assertThat(found.nearest(target).amount()).isBetween(target - 65, target + 65);
    }

    @Test
    void valuesThatDoNotGoWithTheOthersAreSteppedOver() {
        Amounts multiples = value -> value % 12 == 0 ? LINE.at(value) : OptionalLong.empty();

        Bracket found = new BudgetSearch(multiples, 1000 + 130 * 50).run();

        assertThat(found).isEqualTo(new Bracket(new Probe(48, 1000 + 130 * 48), new Probe(60, 1000 + 130 * 60)));
        assertThat(found.nearest(1000 + 130 * 50)).isEqualTo(found.below());
        assertThat(found.nearest(1000 + 130 * 57)).isEqualTo(found.above());
    }

    @Test
    void anAmountBelowTheSmallestHasOneNeighbour() {
        assertThat(new BudgetSearch(LINE, 900).run()).isEqualTo(new Bracket(null, new Probe(1, 1130)));
    }

    @Test
    void aSettingThatChangesNothingIsGivenUp() {
        AtomicInteger built = new AtomicInteger();

        Bracket found = new BudgetSearch(
                        value -> {
                            built.incrementAndGet();
                            return OptionalLong.of(5);
                        },
                        9)
                .run();

        assertThat(found.above()).isNull();
        assertThat(found.below().amount()).isEqualTo(5);
        assertThat(built).hasValueLessThan(10);
    }

    @Test
    void aRangeThatEndsIsGivenUp() {
        Bracket found = new BudgetSearch(value -> value > 100 ? OptionalLong.empty() : LINE.at(value), 1_000_000).run();

        assertThat(found).isEqualTo(new Bracket(new Probe(64, 1000 + 130 * 64), null));
    }

    @Test
    void noValueAtAllIsNoNeighbour() {
        Bracket found = new BudgetSearch(value -> OptionalLong.empty(), 5).run();

        assertThat(found.nearest(5)).isNull();
    }
}
