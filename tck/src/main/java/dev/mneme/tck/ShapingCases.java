package dev.mneme.tck;

import static dev.mneme.tck.OperationCase.smooth;
import static dev.mneme.tck.OperationCase.valuesOnly;

import dev.mneme.tck.Input.Values;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Operations that move elements. */
final class ShapingCases {
    private final List<OperationCase> cases = new ArrayList<>();

    private ShapingCases() {}

    static List<OperationCase> all() {
        ShapingCases table = new ShapingCases();
        table.addReshapes();
        table.addPermutations();
        table.addSlices();
        table.addSplits();
        table.addJoins();
        return table.cases;
    }

    private void addReshapes() {
        moves("reshape to (3, 2)", x -> x.reshape(3, 2), 2, 3);
        moves("reshape to (-1)", x -> x.reshape(-1), 2, 5, 3);
        moves("reshape to (5, -1)", x -> x.reshape(5, -1), 2, 5, 3);
        moves("reshape to (1, 7, 1)", x -> x.reshape(1, 7, 1), 7);
        moves("reshape to ()", Tensor::reshape, 1, 1);
        moves("reshape to (1)", x -> x.reshape(1));
        moves("reshape to (0, 5)", x -> x.reshape(0, 5), 2, 0);
        moves("reshape to its own shape", x -> x.reshape(2, 3), 2, 3);
        moves("unsqueeze 0", x -> x.unsqueeze(0), 2, 3);
        moves("unsqueeze -1", x -> x.unsqueeze(-1), 2, 3);
        moves("unsqueeze -2", x -> x.unsqueeze(-2), 2, 3);
        moves("squeeze 1", x -> x.squeeze(1), 2, 1, 3);
        moves("squeeze -1", x -> x.squeeze(-1), 2, 3, 1);
        moves("expand", x -> x.expand(Shape.of(2, 5, 3)), 2, 1, 3);
        moves("expand by leading dimensions", x -> x.expand(Shape.of(2, 5, 3)), 3);
        moves("expand a scalar", x -> x.expand(Shape.of(2, 3)));
        moves("expand to its own shape", x -> x.expand(Shape.of(2, 3)), 2, 3);
        moves("expand to nothing", x -> x.expand(Shape.of(0, 3)), 1, 3);
        moves("reshape of expand", x -> x.expand(Shape.of(2, 5, 3)).reshape(10, 3), 5, 1);
        moves("reshape of permute", x -> x.permute(2, 0, 1).reshape(6, 5), 2, 5, 3);
        moves(
                "permute of slice of expand",
                x -> x.expand(Shape.of(2, 5, 3)).slice(1, 1, 4).permute(2, 1, 0),
                1,
                3);
    }

    private void addPermutations() {
        moves("permute (2, 0, 1)", x -> x.permute(2, 0, 1), 2, 5, 3);
        moves("permute (0, 2, 1)", x -> x.permute(0, 2, 1), 2, 5, 3);
        moves("permute (-1, 0, 1)", x -> x.permute(-1, 0, 1), 2, 5, 3);
        moves("permute (0, 2, 1, 3)", x -> x.permute(0, 2, 1, 3), 2, 3, 1, 5);
        moves("permute ()", Tensor::permute);
        moves("permute of none", x -> x.permute(1, 0), 0, 3);
        moves("transpose 0 1", x -> x.transpose(0, 1), 2, 5);
        moves("transpose -1 -2", x -> x.transpose(-1, -2), 2, 5, 3);
        moves("transpose 1 1", x -> x.transpose(1, 1), 2, 5);
        moves("flip 0", x -> x.flip(0), 5, 2);
        moves("flip -1", x -> x.flip(-1), 2, 5);
        moves("flip of none", x -> x.flip(0), 0, 2);
    }

    private void addSlices() {
        moves("slice 0 1..3", x -> x.slice(0, 1, 3), 5, 2);
        moves("slice 1 0..2", x -> x.slice(1, 0, 2), 2, 5, 3);
        moves("slice -1 -2..-1", x -> x.slice(-1, -2, -1), 2, 5);
        moves("slice of everything", x -> x.slice(0, 0, 5), 5);
        moves("slice of nothing", x -> x.slice(1, 2, 2), 2, 5);
        moves("slice of a slice", x -> x.slice(0, 1, 6).slice(0, 1, 3), 7, 2);
        moves("select 0 1", x -> x.select(0, 1), 3, 2);
        moves("select 1 -1", x -> x.select(1, -1), 2, 5, 3);
        moves("select of a vector", x -> x.select(0, 2), 7);
    }

    private void addSplits() {
        for (int part = 0; part < 3; part++) {
            int one = part;
            moves("part " + part + " of split", x -> x.split(-1, 3).get(one), 2, 6);
        }
        moves("split into one part", x -> x.split(0, 1).get(0), 2, 3);
        moves("parts of split in another order", x -> joined(x.split(1, 2), 1), 2, 4, 3);
        moves("split of permute", x -> joined(x.permute(1, 0).split(0, 2), 0), 3, 4);
        moves("split of nothing", x -> x.split(0, 2).get(1), 0, 3);
    }

    private static Tensor joined(List<Tensor> parts, int dim) {
        return parts.get(0).backend().concat(List.of(parts.get(1), parts.get(0)), dim);
    }

    private void addJoins() {
        long[][][] joins = {{{2, 3}, {2, 3}}, {{2, 3}, {2, 1}}, {{2, 0}, {2, 3}}, {{2, 5}, {2, 0}}};
        for (long[][] shapes : joins) {
            joins("concat", 1, shapes);
            joins("concat", -1, shapes);
        }
        joins("concat", 0, new long[][] {{1, 3}, {5, 3}});
        joins("concat", 0, new long[][] {{2}, {7}});
        joins("concat", 1, new long[][] {{2, 1, 3}, {2, 5, 3}});
        cases.add(smooth(
                "concat of a tensor with itself",
                t -> t.get(0).backend().concat(List.of(t.get(0), t.get(0)), 0),
                Input.normal(2, 3)));
        cases.add(smooth("concat of one", t -> t.get(0).backend().concat(List.of(t.get(0)), 0), Input.normal(2, 3)));
        for (int dim : new int[] {0, 1, 2, -1}) {
            cases.add(smooth(
                    "stack along " + dim,
                    t -> t.get(0).backend().stack(t, dim),
                    Input.normal(2, 3),
                    Input.normal(2, 3),
                    Input.normal(2, 3)));
        }
    }

    private void joins(String name, int dim, long[][] shapes) {
        cases.add(smooth(
                name + " along " + dim,
                t -> t.get(0).backend().concat(t, dim),
                Input.normal(shapes[0]),
                Input.normal(shapes[1])));
        for (Values values : new Values[] {Values.INTEGER, Values.MASK}) {
            cases.add(valuesOnly(
                    name + " of " + values + " along " + dim,
                    t -> t.get(0).backend().concat(t, dim),
                    Input.of(values, shapes[0]),
                    Input.of(values, shapes[1])));
        }
    }

    private void moves(String name, UnaryOperator<Tensor> function, long... shape) {
        cases.add(smooth(name, t -> function.apply(t.get(0)), Input.normal(shape)));
        for (Values values : new Values[] {Values.INTEGER, Values.MASK}) {
            cases.add(valuesOnly(name + " of " + values, t -> function.apply(t.get(0)), Input.of(values, shape)));
        }
    }
}
