package dev.mneme.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class AlternationTest {
    private final Alternation turns = new Alternation();
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    @Test
    void sidesTakeTurnsAndTheLongerOneFinishesAlone() throws InterruptedException {
        Thread first = side(0, 2);
        Thread second = side(1, 4);
        second.start();
        first.start();
        first.join();
        second.join();

        assertThat(order).containsExactly("0.1", "1.1", "0.2", "1.2", "1.3", "1.4");
    }

    @Test
    void sideThatFailsLetsTheOtherGoOn() throws InterruptedException {
        turns.finish(0);
        Thread second = side(1, 2);
        second.start();
        second.join();

        assertThat(order).containsExactly("1.1", "1.2");
    }

    private Thread side(int side, int steps) {
        return new Thread(() -> {
            try {
                turns.begin(side);
                for (int step = 1; step <= steps; step++) {
                    order.add(side + "." + step);
                    if (step < steps) {
                        turns.next(side);
                    }
                }
            } catch (InterruptedException e) {
                order.add("interrupted");
            } finally {
                turns.finish(side);
            }
        });
    }
}
