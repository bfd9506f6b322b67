package dev.mneme.tck;

import dev.mneme.tck.Input.Values;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** Element-wise operations on shapes that broadcast, are scalar, have size 1, a prime size or none. */
final class ElementwiseCases {
    private static final long[][] SHAPES = {{}, {1}, {7}, {2, 3}, {2, 1, 5}, {0, 3}, {2, 0}};
    private static final long[][][] PAIRS = {
        {{2, 3}, {2, 3}},
        {{2, 3}, {3}},
        {{3}, {2, 3}},
        {{2, 1, 3}, {5, 1}},
        {{}, {2, 3}},
        {{7}, {}},
        {{1}, {7}},
        {{2, 3}, {2, 1}},
        {{0, 3}, {3}},
        {{1, 3}, {0, 1}},
    };

    private final List<OperationCase> cases = new ArrayList<>();

    private ElementwiseCases() {}

    static List<OperationCase> all() {
        ElementwiseCases table = new ElementwiseCases();
        table.addUnary();
        table.addBinary();
        table.addLogic();
        table.addConversions();
        return table.cases;
    }

    private void addUnary() {
        unary("neg", Values.NORMAL, Tensor::neg);
        unary("exp", Values.NORMAL, Tensor::exp);
        unary("log", Values.POSITIVE, Tensor::log);
        unary("sqrt", Values.POSITIVE, Tensor::sqrt);
        unary("sin", Values.NORMAL, Tensor::sin);
        unary("cos", Values.NORMAL, Tensor::cos);
        unary("tanh", Values.NORMAL, Tensor::tanh);
        unary("sigmoid", Values.NORMAL, Tensor::sigmoid);
        unary("erf", Values.NORMAL, Tensor::erf);
        unary("relu", Values.APART, Tensor::relu);
        unary("abs", Values.APART, Tensor::abs);
        unary("pow 3", Values.NORMAL, x -> x.pow(3));
        unary("pow 2", Values.NORMAL, x -> x.pow(2));
        unary("pow 1", Values.NORMAL, x -> x.pow(1));
        unary("pow 0", Values.NORMAL, x -> x.pow(0));
        unary("pow -1.5", Values.POSITIVE, x -> x.pow(-1.5));
        unary("add constant", Values.NORMAL, x -> x.add(1.25));
        unary("mul constant", Values.NORMAL, x -> x.mul(-2.5));
        unary("sub constant", Values.NORMAL, x -> x.sub(1.25));
        unary("div constant", Values.NORMAL, x -> x.div(3));
        unary("square", Values.NORMAL, Tensor::square);
        unary("rsqrt", Values.POSITIVE, Tensor::rsqrt);
        unary("reciprocal", Values.POSITIVE, Tensor::reciprocal);
        unary("clamp", Values.APART, x -> x.clamp(-0.5, 0.7));
        unary("gelu", Values.NORMAL, Tensor::gelu);
        unary("silu", Values.NORMAL, Tensor::silu);
        unary("softplus", Values.APART, Tensor::softplus);
        unary("detach", Values.NORMAL, x -> x.mul(x.detach()), false);
        for (Values values : new Values[] {Values.LARGE, Values.ROUNDED}) {
            unary("tanh of " + values, values, Tensor::tanh, false);
            unary("sigmoid of " + values, values, Tensor::sigmoid, false);
            unary("erf of " + values, values, Tensor::erf, false);
            unary("gelu of " + values, values, Tensor::gelu, false);
            unary("silu of " + values, values, Tensor::silu, false);
            unary("softplus of " + values, values, Tensor::softplus, false);
            unary("sqrt of " + values, values, Tensor::sqrt, false);
            unary("log of " + values, values, Tensor::log, false);
            unary("pow of " + values, values, x -> x.pow(2), false);
        }
        unary("neg integers", Values.INTEGER, Tensor::neg, false);
        unary("abs integers", Values.INTEGER, Tensor::abs, false);
        unary("add constant to integers", Values.INTEGER, x -> x.add(3), false);
        unary("mul constant by integers", Values.INTEGER, x -> x.mul(-2), false);
    }

    private void addBinary() {
        binary("add", Values.NORMAL, Tensor::add);
        binary("sub", Values.NORMAL, Tensor::sub);
        binary("mul", Values.NORMAL, Tensor::mul);
        binary("div", Values.POSITIVE, Tensor::div);
        binary("maximum", Values.APART, Tensor::maximum);
        binary("minimum", Values.APART, Tensor::minimum);
        cases.add(OperationCase.smooth("mul with itself", t -> t.get(0).mul(t.get(0)), Input.normal(2, 3)));
        cases.add(OperationCase.smooth("div by itself", t -> t.get(0).div(t.get(0)), Input.of(Values.POSITIVE, 5)));
        for (Values values : new Values[] {Values.ROUNDED, Values.INTEGER}) {
            binary("eq " + values, values, Tensor::eq, false);
            binary("ne " + values, values, Tensor::ne, false);
            binary("lt " + values, values, Tensor::lt, false);
            binary("le " + values, values, Tensor::le, false);
            binary("gt " + values, values, Tensor::gt, false);
            binary("ge " + values, values, Tensor::ge, false);
            binary("maximum " + values, values, Tensor::maximum, false);
            binary("minimum " + values, values, Tensor::minimum, false);
            unary("eq constant " + values, values, x -> x.eq(1), false);
            unary("lt constant " + values, values, x -> x.lt(1), false);
            unary("gt constant " + values, values, x -> x.gt(-1), false);
        }
        binary("add integers", Values.INTEGER, Tensor::add, false);
        binary("sub integers", Values.INTEGER, Tensor::sub, false);
        binary("mul integers", Values.INTEGER, Tensor::mul, false);
    }

    private void addLogic() {
        unary("logicalNot", Values.MASK, Tensor::logicalNot, false);
        binary("logicalAnd", Values.MASK, Tensor::logicalAnd, false);
        binary("logicalOr", Values.MASK, Tensor::logicalOr, false);
        binary("eq of masks", Values.MASK, Tensor::eq, false);
        long[][][] triples = {
            {{2, 3}, {2, 3}, {2, 3}},
            {{2, 1}, {3}, {}},
            {{}, {2, 3}, {1, 3}},
            {{5, 1, 1}, {2, 1}, {3}},
            {{0, 3}, {1, 3}, {3}},
        };
        for (long[][] shapes : triples) {
            cases.add(OperationCase.smooth(
                    "where",
                    t -> t.get(0).where(t.get(1), t.get(2)),
                    Input.mask(shapes[0]),
                    Input.normal(shapes[1]),
                    Input.normal(shapes[2])));
            for (Values values : new Values[] {Values.INTEGER, Values.MASK}) {
                cases.add(OperationCase.valuesOnly(
                        "where of " + values,
                        t -> t.get(0).where(t.get(1), t.get(2)),
                        Input.mask(shapes[0]),
                        Input.of(values, shapes[1]),
                        Input.of(values, shapes[2])));
            }
        }
        long[][][] fills = {{{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{2, 3}, {}}, {{2, 5, 3}, {5, 1}}, {{0, 3}, {3}}};
        for (long[][] shapes : fills) {
            cases.add(OperationCase.smooth(
                    "maskedFill",
                    t -> t.get(0).maskedFill(t.get(1), -7.5),
                    Input.normal(shapes[0]),
                    Input.mask(shapes[1])));
        }
    }

    private void addConversions() {
        unary("to F32", Values.NORMAL, x -> x.to(DType.F32), false);
        unary("to F64", Values.NORMAL, x -> x.to(DType.F64), false);
        unary("to F32 and back", Values.ROUNDED, x -> x.mul(3).to(DType.F32).to(x.dtype()), false);
        unary("to I64", Values.APART, x -> x.mul(3).to(DType.I64), false);
        unary("to BOOL", Values.ROUNDED, x -> x.to(DType.BOOL), false);
        unary("I64 to F64", Values.INTEGER, x -> x.to(DType.F64), false);
        unary("I64 to F32", Values.INTEGER, x -> x.to(DType.F32), false);
        unary("I64 to BOOL", Values.INTEGER, x -> x.to(DType.BOOL), false);
        unary("I64 to I64", Values.INTEGER, x -> x.to(DType.I64), false);
        unary("BOOL to F32", Values.MASK, x -> x.to(DType.F32), false);
        unary("BOOL to F64", Values.MASK, x -> x.to(DType.F64), false);
        unary("BOOL to I64", Values.MASK, x -> x.to(DType.I64), false);
    }

    private void unary(String name, Values values, UnaryOperator<Tensor> function) {
        unary(name, values, function, true);
    }

    private void unary(String name, Values values, UnaryOperator<Tensor> function, boolean differentiable) {
        for (long[] shape : SHAPES) {
            cases.add(new OperationCase(
                    name, List.of(Input.of(values, shape)), differentiable, t -> function.apply(t.get(0))));
        }
    }

    private void binary(String name, Values values, BinaryOperator<Tensor> function) {
        binary(name, values, function, true);
    }

    private void binary(String name, Values values, BinaryOperator<Tensor> function, boolean differentiable) {
        for (long[][] shapes : PAIRS) {
            cases.add(new OperationCase(
                    name,
                    List.of(Input.of(values, shapes[0]), Input.of(values, shapes[1])),
                    differentiable,
                    t -> function.apply(t.get(0), t.get(1))));
        }
    }
}
