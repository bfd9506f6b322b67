package dev.mneme.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/** Arguments that do not fit: the code of the exception, and that its message names operation and culprit. */
final class ErrorChecks {
    private final TensorBackend engine;
    private final List<DynamicTest> tests = new ArrayList<>();

    ErrorChecks(TensorBackend engine) {
        this.engine = engine;
    }

    Stream<DynamicTest> tests() {
        addShapes();
        addRanges();
        addPositions();
        addTypes();
        addGradients();
        addClosed();
        return tests.stream();
    }

    private Tensor ones(long... sizes) {
        return engine.ones(Shape.of(sizes), DType.F64);
    }

    private Tensor integers(long... values) {
        return engine.tensor(values, Shape.of(values.length));
    }

    private Tensor mask(long... sizes) {
        return engine.full(Shape.of(sizes), 1, DType.BOOL);
    }

    private void addShapes() {
        shape("add", x -> x.add(ones(2, 4)), "(2, 3)", "(2, 4)");
        shape("div", x -> x.div(ones(4)), "(2, 3)", "(4)");
        shape("maximum", x -> x.maximum(ones(4)), "(2, 3)", "(4)");
        shape("lt", x -> x.lt(ones(4)), "(2, 3)", "(4)");
        shape("where", x -> mask(2, 3).where(x, ones(4)), "(2, 3)", "(4)");
        shape("where", x -> mask(4).where(x, x), "(4)", "(2, 3)");
        shape("matmul", x -> x.matmul(ones(2, 3)), "(2, 3)");
        shape("matmul", x -> x.matmul(ones(3)), "(2, 3)", "(3)");
        shape("matmul", x -> ones(2, 4, 5).matmul(ones(3, 5, 2)), "(2, 4, 5)", "(3, 5, 2)");
        shape("reshape", x -> x.reshape(4), "(2, 3)", "4");
        shape("reshape", x -> x.reshape(-1, 4), "(2, 3)", "4");
        shape("reshape", x -> x.reshape(-1, -1), "(2, 3)");
        shape("expand", x -> x.expand(Shape.of(3, 3)), "(2, 3)", "(3, 3)");
        shape("expand", x -> x.expand(Shape.of(3)), "(2, 3)", "(3)");
        shape("permute", x -> x.permute(0, 0), "(2, 3)");
        shape("permute", x -> x.permute(1), "(2, 3)");
        shape("squeeze", x -> x.squeeze(0), "(2, 3)");
        shape("concat", x -> engine.concat(List.of(x, ones(2, 4)), 0), "(2, 3)", "(2, 4)");
        shape("concat", x -> engine.concat(List.of(x, ones(2)), 0), "(2, 3)", "(2)");
        shape("concat", x -> engine.concat(List.of(), 0));
        shape("tensor", x -> engine.tensor(new double[5], Shape.of(2, 3), DType.F64), "(2, 3)", "5");
        shape("tensor", x -> engine.tensor(new float[7], Shape.of(2, 3)), "(2, 3)", "7");
        shape("tensor", x -> engine.tensor(new long[7], Shape.of(2, 3)), "(2, 3)", "7");
        shape("tensor", x -> engine.tensor(new boolean[7], Shape.of(2, 3)), "(2, 3)", "7");
        shape("indexSelect", x -> x.indexSelect(0, engine.zeros(Shape.of(1, 1), DType.I64)), "(1, 1)");
        shape("indexAdd", x -> x.indexAdd(0, integers(0), ones(2, 3)), "(1, 3)", "(2, 3)");
        shape("gather", x -> x.gather(1, integers(0)), "(2, 3)", "(1)");
        shape("gather", x -> x.gather(1, engine.zeros(Shape.of(3, 1), DType.I64)), "(2, 3)", "(3, 1)");
        shape(
                "scatterAdd",
                x -> x.scatterAdd(1, engine.zeros(Shape.of(2, 1), DType.I64), ones(2, 2)),
                "(2, 1)",
                "(2, 2)");
        shape("assign", x -> x.assign(ones(3, 2)), "(2, 3)", "(3, 2)");
        shape("linear", x -> x.linear(ones(5, 4), null), "(2, 3)", "(5, 4)");
        shape("crossEntropy", x -> x.crossEntropy(integers(0, 1, 2), 0), "(2, 3)", "(3)");
        shape("attention", x -> x.attention(x, x, Attention.FULL), "(2, 3)");
        shape(
                "attention",
                x -> ones(1, 1, 2, 3).attention(ones(1, 1, 4, 5), ones(1, 1, 4, 3), Attention.FULL),
                "(1, 1, 2, 3)",
                "(1, 1, 4, 5)");
        shape("item", Tensor::item, "(2, 3)");
    }

    private void addRanges() {
        shape("sum", x -> x.sum(false, 2), "2", "(2, 3)");
        shape("sum", x -> x.sum(false, 0, 0), "(2, 3)");
        shape("max", x -> x.max(-3, false), "-3", "(2, 3)");
        shape("max", x -> ones(2, 0).max(1, false), "(2, 0)");
        shape("argmax", x -> x.argmax(5, false), "5", "(2, 3)");
        shape("argmax", x -> ones(0, 2).argmax(0, false), "(0, 2)");
        shape("cumsum", x -> x.cumsum(2), "2", "(2, 3)");
        shape("topk", x -> x.topk(4, 1), "4", "(2, 3)");
        shape("slice", x -> x.slice(1, 0, 4), "4", "(2, 3)");
        shape("slice", x -> x.slice(1, 2, 1), "(2, 3)");
        shape("slice", x -> x.slice(1, -4, 2), "-4", "(2, 3)");
        shape("split", x -> x.split(1, 2), "2", "(2, 3)");
        shape("split", x -> x.split(0, 0), "0", "(2, 3)");
        shape("select", x -> x.select(1, 3), "3");
        shape("arange", x -> engine.arange(3, 2), "3", "2");
    }

    /** Values of an index. A GPU meets them after the call has returned, and stops there for the whole process. */
    private void addPositions() {
        if (engine.info().device().startsWith("cuda")) {
            tests.add(DynamicTest.dynamicTest(
                    "positions out of range", () -> Assumptions.abort("a GPU would be lost to this process")));
            return;
        }
        shape("indexSelect", x -> x.indexSelect(0, integers(0, 2)), "2", "(2, 3)");
        shape("indexSelect", x -> x.indexSelect(0, integers(-1)), "-1", "(2, 3)");
        shape("indexAdd", x -> x.indexAdd(1, integers(17), ones(2, 1)), "17", "(2, 3)");
        shape("gather", x -> x.gather(1, integers(0, 7).reshape(2, 1)), "7", "(2, 3)");
        shape("scatterAdd", x -> x.scatterAdd(1, integers(0, -7).reshape(2, 1), ones(2, 1)), "-7", "(2, 3)");
        // A composite may leave these to a primitive, which names itself.
        shape("9", x -> x.embedding(integers(9)));
        shape("3", x -> x.crossEntropy(integers(0, 3), 0));
    }

    private void addTypes() {
        type("add", x -> x.add(x.to(DType.F32)), "F64", "F32");
        type("add", x -> x.add(integers(1)), "F64", "I64");
        type("add", x -> mask(2).add(mask(2)), "BOOL");
        type("eq", x -> x.eq(integers(1)), "F64", "I64");
        type("where", x -> x.where(x, x), "F64");
        type("where", x -> mask(2, 3).where(x, x.to(DType.F32)), "F64", "F32");
        type("logicalAnd", x -> x.logicalAnd(x), "F64");
        type("logicalNot", Tensor::logicalNot, "F64");
        type("exp", x -> integers(1).exp(), "I64");
        type("tanh", x -> mask(1).tanh(), "BOOL");
        type("matmul", x -> x.matmul(x.to(DType.F32).transpose(0, 1)), "F64", "F32");
        type("matmul", x -> integers(1).reshape(1, 1).matmul(integers(1).reshape(1, 1)), "I64");
        type("max", x -> mask(2).max(0, false), "BOOL");
        type("softmax", x -> integers(1, 2).softmax(0), "I64");
        type("indexSelect", x -> x.indexSelect(0, ones(1)), "F64");
        type("gather", x -> x.gather(0, x), "F64");
        type("indexAdd", x -> x.indexAdd(0, integers(0), ones(1, 3).to(DType.F32)), "F64", "F32");
        type("concat", x -> engine.concat(List.of(x, x.to(DType.F32)), 0), "F64", "F32");
        type("assign", x -> x.assign(x.to(DType.F32)), "F64", "F32");
        type("variable", x -> integers(1).variable(), "I64");
        type("toLongs", Tensor::toLongs, "F64");
        type("toFloats", Tensor::toFloats, "F64");
        type("toBooleans", Tensor::toBooleans, "F64");
        type("toDoubles", x -> mask(1).toDoubles(), "BOOL");
        type("tensor", x -> engine.tensor(new double[1], Shape.of(1), DType.I64), "I64");
        type("uniform", x -> engine.uniform(Shape.of(1), DType.I64, 1), "I64");
        type("normal", x -> engine.normal(Shape.of(1), DType.BOOL, 1), "BOOL");
    }

    private void addGradients() {
        List<Tensor> unweighted = new ArrayList<>();
        unweighted.add(null);
        shape(
                "gradients",
                x -> {
                    Tensor leaf = x.variable();
                    engine.gradients(List.of(leaf.exp()), List.of(leaf), unweighted);
                },
                "(2, 3)");
        shape(
                "gradients",
                x -> {
                    Tensor leaf = x.variable();
                    engine.gradients(List.of(leaf.exp()), List.of(leaf), List.of(ones(3, 2)));
                },
                "(2, 3)",
                "(3, 2)");
        type(
                "gradients",
                x -> {
                    Tensor leaf = x.variable();
                    engine.gradients(List.of(leaf.exp()), List.of(leaf), List.of(x.to(DType.F32)));
                },
                "F64",
                "F32");
    }

    private void addClosed() {
        closed("add", x -> x.add(1));
        closed("mul", x -> ones(2, 3).mul(x));
        closed("matmul", x -> x.matmul(ones(3, 2)));
        closed("softmax", x -> x.softmax(-1));
        closed("reshape", x -> x.reshape(6));
        closed("where", x -> mask(2, 3).where(ones(2, 3), x));
        closed("indexSelect", x -> ones(2, 3).indexSelect(0, x));
        closed("concat", x -> engine.concat(List.of(ones(2, 3), x), 0));
        closed("toDoubles", Tensor::toDoubles);
        closed("detach", Tensor::detach);
        closed("variable", Tensor::variable);
        closed("assign", x -> x.assign(ones(2, 3)));
        closed("linear", x -> ones(1, 3).linear(x, null));
        closed("layerNorm", x -> x.layerNorm(null, null, 1e-5));
    }

    private void shape(String operation, Consumer<Tensor> action, String... fragments) {
        add(ErrorCode.SHAPE_MISMATCH, operation, action, fragments);
    }

    private void type(String operation, Consumer<Tensor> action, String... fragments) {
        add(ErrorCode.DTYPE_MISMATCH, operation, action, fragments);
    }

    private void closed(String operation, Consumer<Tensor> action) {
        add(ErrorCode.TENSOR_CLOSED, operation, x -> {
            x.close();
            action.accept(x);
        });
    }

    /** The action gets an F64 tensor of shape (2, 3). */
    private void add(ErrorCode code, String operation, Consumer<Tensor> action, String... fragments) {
        List<String> named = new ArrayList<>(List.of(fragments));
        named.add(0, operation);
        tests.add(Check.named(code + " naming " + named, () -> {
            try (TensorScope scope = engine.scope()) {
                Tensor x = ones(2, 3);
                Throwable thrown = catchThrowable(() -> action.accept(x));
                if (!(thrown instanceof MnemeException ours)) {
                    throw new AssertionError("expected a MnemeException, got " + thrown, thrown);
                }
                assertThat(ours.code()).as(thrown.getMessage()).isEqualTo(code);
                assertThat(thrown.getMessage()).contains(named);
            }
        }));
    }
}
