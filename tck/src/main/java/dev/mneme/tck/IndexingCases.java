package dev.mneme.tck;

import static dev.mneme.tck.OperationCase.smooth;
import static dev.mneme.tck.OperationCase.valuesOnly;

import dev.mneme.tck.Input.Values;
import dev.mneme.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Operations with index tensors; indices repeat. */
final class IndexingCases {
    private IndexingCases() {}

    static List<OperationCase> all() {
        List<OperationCase> cases = new ArrayList<>();
        addSlicesByIndex(cases);
        addElementsByIndex(cases);
        for (long[] ids : new long[][] {{}, {7}, {2, 3}, {0}, {2, 1, 3}}) {
            cases.add(smooth("embedding", t -> t.get(0).embedding(t.get(1)), Input.normal(5, 3), Input.index(5, ids)));
            for (DType dtype : new DType[] {DType.F32, DType.F64}) {
                cases.add(valuesOnly("oneHot " + dtype, t -> t.get(0).oneHot(5, dtype), Input.index(5, ids)));
            }
        }
        return cases;
    }

    private static void addSlicesByIndex(List<OperationCase> cases) {
        long[] shape = {3, 5, 2};
        for (int dim : new int[] {0, 1, 2, -1}) {
            long size = shape[Math.floorMod(dim, 3)];
            for (long count : new long[] {7, 1, 0}) {
                long[] source = shape.clone();
                source[Math.floorMod(dim, 3)] = count;
                String at = " along " + dim;
                cases.add(smooth(
                        "indexSelect" + at,
                        t -> t.get(0).indexSelect(dim, t.get(1)),
                        Input.normal(shape),
                        Input.index(size, count)));
                cases.add(smooth(
                        "indexAdd" + at,
                        t -> t.get(0).indexAdd(dim, t.get(1), t.get(2)),
                        Input.normal(shape),
                        Input.index(size, count),
                        Input.normal(source)));
                cases.add(valuesOnly(
                        "indexAdd of integers" + at,
                        t -> t.get(0).indexAdd(dim, t.get(1), t.get(2)),
                        Input.of(Values.INTEGER, shape),
                        Input.index(size, count),
                        Input.of(Values.INTEGER, source)));
                for (Values values : new Values[] {Values.INTEGER, Values.MASK}) {
                    cases.add(valuesOnly(
                            "indexSelect of " + values + at,
                            t -> t.get(0).indexSelect(dim, t.get(1)),
                            Input.of(values, shape),
                            Input.index(size, count)));
                }
            }
        }
        cases.add(smooth(
                "indexSelect of a vector", t -> t.get(0).indexSelect(0, t.get(1)), Input.normal(5), Input.index(5, 7)));
        cases.add(smooth(
                "indexAdd of a vector",
                t -> t.get(0).indexAdd(0, t.get(1), t.get(2)),
                Input.normal(5),
                Input.index(5, 7),
                Input.normal(7)));
    }

    private static void addElementsByIndex(List<OperationCase> cases) {
        long[][] indexShapes = {{3, 5, 2}, {2, 7, 1}, {1, 1, 1}, {3, 0, 2}};
        for (long[] index : indexShapes) {
            cases.add(smooth(
                    "gather along 1", t -> t.get(0).gather(1, t.get(1)), Input.normal(3, 5, 2), Input.index(5, index)));
            cases.add(smooth(
                    "scatterAdd along 1",
                    t -> t.get(0).scatterAdd(1, t.get(1), t.get(2)),
                    Input.normal(3, 5, 2),
                    Input.index(5, index),
                    Input.normal(index)));
        }
        cases.add(smooth(
                "gather along -1", t -> t.get(0).gather(-1, t.get(1)), Input.normal(2, 7), Input.index(7, 2, 3)));
        cases.add(smooth("gather along 0", t -> t.get(0).gather(0, t.get(1)), Input.normal(7), Input.index(7, 11)));
        cases.add(smooth(
                "scatterAdd along 0",
                t -> t.get(0).scatterAdd(0, t.get(1), t.get(2)),
                Input.normal(7, 2),
                Input.index(7, 3, 2),
                Input.normal(3, 2)));
        cases.add(valuesOnly(
                "scatterAdd of integers",
                t -> t.get(0).scatterAdd(-1, t.get(1), t.get(2)),
                Input.of(Values.INTEGER, 2, 7),
                Input.index(7, 2, 11),
                Input.of(Values.INTEGER, 2, 11)));
        for (Values values : new Values[] {Values.INTEGER, Values.MASK}) {
            cases.add(valuesOnly(
                    "gather of " + values,
                    t -> t.get(0).gather(1, t.get(1)),
                    Input.of(values, 2, 7),
                    Input.index(7, 2, 3)));
        }
    }
}
