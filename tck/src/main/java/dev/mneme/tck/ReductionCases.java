package dev.mneme.tck;

import static dev.mneme.tck.OperationCase.smooth;
import static dev.mneme.tck.OperationCase.valuesOnly;

import dev.mneme.tck.Input.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums, extrema, running sums and the largest elements. */
final class ReductionCases {
    private ReductionCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        addSums(cases);
        for (boolean keepDim : new boolean[] {false, true}) {
            String kept = keepDim ? " keeping it" : "";
            for (int dim : new int[] {0, 1, 2, -1, -3}) {
                String at = " of dimension " + dim + kept;
                cases.add(smooth("max" + at, t -> t.get(0).max(dim, keepDim), Input.apart(2, 5, 3)));
                cases.add(smooth("min" + at, t -> t.get(0).min(dim, keepDim), Input.apart(2, 5, 3)));
                cases.add(valuesOnly(
                        "argmax" + at, t -> t.get(0).argmax(dim, keepDim), Input.of(Values.ROUNDED, 2, 5, 3)));
                cases.add(smooth("logSumExp" + at, t -> t.get(0).logSumExp(dim, keepDim), Input.normal(2, 5, 3)));
            }
            cases.add(smooth("max of one" + kept, t -> t.get(0).max(0, keepDim), Input.apart(1)));
            cases.add(smooth("max of none" + kept, t -> t.get(0).max(1, keepDim), Input.apart(0, 3)));
            cases.add(valuesOnly("argmax of none" + kept, t -> t.get(0).argmax(1, keepDim), Input.apart(0, 3)));
            cases.add(valuesOnly(
                    "max of integers" + kept, t -> t.get(0).max(1, keepDim), Input.of(Values.INTEGER, 3, 7)));
            cases.add(valuesOnly(
                    "min of integers" + kept, t -> t.get(0).min(0, keepDim), Input.of(Values.INTEGER, 3, 7)));
            cases.add(valuesOnly(
                    "argmax of integers" + kept, t -> t.get(0).argmax(-1, keepDim), Input.of(Values.INTEGER, 3, 7)));
            cases.add(valuesOnly(
                    "logSumExp of large" + kept, t -> t.get(0).logSumExp(1, keepDim), Input.of(Values.LARGE, 3, 5)));
        }
        addScans(cases);
        return cases;
    }

    private static void addSums(List<OperationCase> cases) {
        int[][] dimensions = {{}, {0}, {1}, {2}, {-1}, {0, 1}, {0, 2}, {2, 0}, {-1, -2}, {0, 1, 2}};
        for (int[] dims : dimensions) {
            for (boolean keepDim : new boolean[] {false, true}) {
                String over = " over " + Arrays.toString(dims) + (keepDim ? " keeping them" : "");
                for (long[] shape : new long[][] {{2, 5, 3}, {1, 7, 1}, {2, 0, 3}}) {
                    cases.add(smooth("sum" + over, t -> t.get(0).sum(keepDim, dims), Input.normal(shape)));
                }
                cases.add(smooth("mean" + over, t -> t.get(0).mean(keepDim, dims), Input.normal(2, 5, 3)));
                cases.add(smooth("variance" + over, t -> t.get(0).variance(keepDim, dims), Input.normal(2, 5, 3)));
                cases.add(valuesOnly(
                        "sum of integers" + over, t -> t.get(0).sum(keepDim, dims), Input.of(Values.INTEGER, 2, 5, 3)));
                cases.add(valuesOnly("sum of masks" + over, t -> t.get(0).sum(keepDim, dims), Input.mask(2, 5, 3)));
            }
        }
        for (long[] shape : new long[][] {{}, {1}, {7}, {0}, {2, 3}}) {
            cases.add(smooth("sum of all", t -> t.get(0).sum(), Input.normal(shape)));
            cases.add(valuesOnly("mean of all", t -> t.get(0).mean(), Input.normal(shape)));
            cases.add(valuesOnly("sum of all masks", t -> t.get(0).sum(), Input.mask(shape)));
        }
    }

    private static void addScans(List<OperationCase> cases) {
        for (int dim : new int[] {0, 1, -1}) {
            String at = " along " + dim;
            for (long[] shape : new long[][] {{2, 5, 3}, {1, 1, 7}, {0, 3, 2}, {2, 0, 3}}) {
                cases.add(smooth("cumsum" + at, t -> t.get(0).cumsum(dim), Input.normal(shape)));
            }
            cases.add(valuesOnly(
                    "cumsum of integers" + at, t -> t.get(0).cumsum(dim), Input.of(Values.INTEGER, 2, 5, 3)));
            for (int k : new int[] {0, 1, 2}) {
                cases.add(smooth(k + " largest" + at, t -> t.get(0).topk(k, dim).values(), Input.apart(2, 5, 3)));
                cases.add(valuesOnly(
                        "positions of " + k + " largest" + at,
                        t -> t.get(0).topk(k, dim).indices(),
                        Input.apart(2, 5, 3)));
            }
            cases.add(smooth(
                    "sortDescending" + at, t -> t.get(0).sortDescending(dim).values(), Input.apart(2, 5, 3)));
            cases.add(valuesOnly(
                    "positions of sortDescending" + at,
                    t -> t.get(0).sortDescending(dim).indices(),
                    Input.apart(2, 5, 3)));
            cases.add(valuesOnly(
                    "largest integers" + at, t -> t.get(0).topk(2, dim).values(), Input.of(Values.INTEGER, 2, 5, 3)));
        }
        cases.add(smooth("topk of none", t -> t.get(0).topk(2, 1).values(), Input.apart(0, 3)));
        cases.add(smooth("cumsum of one", t -> t.get(0).cumsum(0), Input.normal(1)));
    }
}
