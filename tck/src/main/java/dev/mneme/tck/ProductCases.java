package dev.mneme.tck;

import static dev.mneme.tck.OperationCase.smooth;

import java.util.ArrayList;
import java.util.List;

/** Matrix products. */
final class ProductCases {
    private ProductCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        long[][][] factors = {
            {{2, 3}, {3, 5}},
            {{1, 1}, {1, 1}},
            {{1, 7}, {7, 1}},
            {{7, 1}, {1, 7}},
            {{2, 3, 5}, {2, 5, 3}},
            {{2, 3, 5}, {5, 3}},
            {{3, 5}, {2, 5, 3}},
            {{2, 1, 3, 5}, {7, 5, 2}},
            {{2, 1, 2, 3}, {1, 3, 3, 2}},
            {{1, 2, 3}, {5, 3, 2}},
            {{0, 3}, {3, 5}},
            {{2, 0}, {0, 3}},
            {{2, 3}, {3, 0}},
            {{0, 2, 3}, {3, 5}},
            {{0, 2, 3}, {0, 3, 2}},
        };
        for (long[][] shapes : factors) {
            cases.add(
                    smooth("matmul", t -> t.get(0).matmul(t.get(1)), Input.normal(shapes[0]), Input.normal(shapes[1])));
            cases.add(smooth(
                    "matmul of transposes",
                    t -> t.get(1).transpose(-1, -2).matmul(t.get(0).transpose(-1, -2)),
                    Input.normal(shapes[0]),
                    Input.normal(shapes[1])));
        }
        cases.add(smooth(
                "matmul with its own transpose",
                t -> t.get(0).matmul(t.get(0).transpose(-1, -2)),
                Input.normal(2, 3, 5)));
        for (long[] rows : new long[][] {{5}, {3, 5}, {2, 3, 5}, {2, 1, 3, 5}, {0, 5}}) {
            cases.add(smooth(
                    "linear",
                    t -> t.get(0).linear(t.get(1), t.get(2)),
                    Input.normal(rows),
                    Input.normal(7, 5),
                    Input.normal(7)));
            cases.add(smooth(
                    "linear without bias",
                    t -> t.get(0).linear(t.get(1), null),
                    Input.normal(rows),
                    Input.normal(7, 5)));
        }
        return cases;
    }
}
