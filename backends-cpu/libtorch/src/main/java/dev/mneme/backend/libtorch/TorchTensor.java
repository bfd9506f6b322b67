package dev.mneme.backend.libtorch;

import dev.mneme.tensor.Attention;
import dev.mneme.tensor.DType;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TopK;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** A tensor of LibTorch: each operation of the SPI is one kernel, or the fewest that give its exact meaning. */
final class TorchTensor extends TorchKernels {
    TorchTensor(TorchBackend backend, org.bytedeco.pytorch.Tensor handle, DType dtype) {
        super(backend, handle, dtype);
    }

    // ---- identity ----

    @Override
    public void close() {
        if (markClosed()) {
            backend.closed(this);
        }
    }

    @Override
    public Tensor unscoped() {
        TorchScope owner = scope;
        if (owner != null) {
            owner.disown(this);
        }
        return this;
    }

    @Override
    public String toString() {
        return "TorchTensor[" + dtype + " " + (isOpen() ? shape() : "closed") + "]";
    }

    // ---- element-wise ----

    @Override
    public Tensor neg() {
        return numeric("neg", x -> x.neg());
    }

    @Override
    public Tensor exp() {
        return floating("exp", wide(x -> x.exp()));
    }

    @Override
    public Tensor log() {
        return floating("log", wide(x -> x.log()));
    }

    @Override
    public Tensor sqrt() {
        return floating("sqrt", wide(x -> x.sqrt()));
    }

    @Override
    public Tensor sin() {
        return floating("sin", x -> x.sin());
    }

    @Override
    public Tensor cos() {
        return floating("cos", x -> x.cos());
    }

    @Override
    public Tensor tanh() {
        return floating("tanh", x -> x.tanh());
    }

    @Override
    public Tensor sigmoid() {
        return floating("sigmoid", x -> x.sigmoid());
    }

    @Override
    public Tensor erf() {
        return floating("erf", wide(x -> x.erf()));
    }

    @Override
    public Tensor relu() {
        return floating("relu", x -> x.relu());
    }

    @Override
    public Tensor abs() {
        return numeric("abs", x -> x.abs());
    }

    @Override
    public Tensor square() {
        return numeric("square", wide(x -> x.square()));
    }

    @Override
    public Tensor rsqrt() {
        return floating("rsqrt", wide(x -> x.rsqrt()));
    }

    @Override
    public Tensor reciprocal() {
        return floating("reciprocal", wide(x -> x.reciprocal()));
    }

    @Override
    public Tensor pow(double exponent) {
        return floating("pow", wide(x -> Constants.withScalar(exponent, x::pow)));
    }

    @Override
    public Tensor add(double value) {
        return numeric("add", x -> withNumber("add", value, x::add));
    }

    @Override
    public Tensor mul(double value) {
        return numeric("mul", x -> withNumber("mul", value, x::mul));
    }

    @Override
    public Tensor add(Tensor other) {
        return arithmetic("add", other, (x, y) -> x.add(y));
    }

    @Override
    public Tensor sub(Tensor other) {
        return arithmetic("sub", other, (x, y) -> x.sub(y));
    }

    @Override
    public Tensor mul(Tensor other) {
        return arithmetic("mul", other, (x, y) -> x.mul(y));
    }

    @Override
    public Tensor div(Tensor other) {
        requireFloating("div");
        return arithmetic("div", other, (x, y) -> x.div(y));
    }

    @Override
    public Tensor maximum(Tensor other) {
        return arithmetic("maximum", other, (x, y) -> x.maximum(y));
    }

    @Override
    public Tensor minimum(Tensor other) {
        return arithmetic("minimum", other, (x, y) -> x.minimum(y));
    }

    @Override
    public Tensor clamp(double low, double high) {
        return numeric(
                "clamp",
                x -> withScalar(
                        low,
                        lower -> withScalar(high, upper -> {
                            try (ScalarOptional from = new ScalarOptional(lower);
                                    ScalarOptional to = new ScalarOptional(upper)) {
                                return x.clamp(from, to);
                            }
                        })));
    }

    // ---- comparisons and logic ----

    @Override
    public Tensor eq(Tensor other) {
        return comparison("eq", other, (x, y) -> x.eq(y));
    }

    @Override
    public Tensor ne(Tensor other) {
        return comparison("ne", other, (x, y) -> x.ne(y));
    }

    @Override
    public Tensor lt(Tensor other) {
        requireNumeric("lt");
        return comparison("lt", other, (x, y) -> x.lt(y));
    }

    @Override
    public Tensor le(Tensor other) {
        requireNumeric("le");
        return comparison("le", other, (x, y) -> x.le(y));
    }

    @Override
    public Tensor gt(Tensor other) {
        requireNumeric("gt");
        return comparison("gt", other, (x, y) -> x.gt(y));
    }

    @Override
    public Tensor ge(Tensor other) {
        requireNumeric("ge");
        return comparison("ge", other, (x, y) -> x.ge(y));
    }

    @Override
    public Tensor eq(double value) {
        return call("eq", DType.BOOL, x -> withScalar(value, x::eq));
    }

    @Override
    public Tensor lt(double value) {
        requireNumeric("lt");
        return call("lt", DType.BOOL, x -> withScalar(value, x::lt));
    }

    @Override
    public Tensor gt(double value) {
        requireNumeric("gt");
        return call("gt", DType.BOOL, x -> withScalar(value, x::gt));
    }

    @Override
    public Tensor logicalAnd(Tensor other) {
        requireBool("logicalAnd", this);
        return comparison("logicalAnd", other, (x, y) -> x.logical_and(y));
    }

    @Override
    public Tensor logicalOr(Tensor other) {
        requireBool("logicalOr", this);
        return comparison("logicalOr", other, (x, y) -> x.logical_or(y));
    }

    @Override
    public Tensor logicalNot() {
        requireBool("logicalNot", this);
        return call("logicalNot", DType.BOOL, x -> x.logical_not());
    }

    @Override
    public Tensor where(Tensor ifTrue, Tensor ifFalse) {
        requireBool("where", this);
        requireType("where", ifTrue.dtype(), ifFalse);
        return call("where", ifTrue.dtype(), ifTrue, ifFalse, torch::where);
    }

    @Override
    public Tensor maskedFill(Tensor mask, double value) {
        requireBool("maskedFill", mask);
        return call("maskedFill", dtype, mask, (x, m) -> withScalar(value, s -> x.masked_fill(m, s)));
    }

    // ---- reductions ----

    @Override
    public Tensor sum(boolean keepDim, int... dims) {
        DType result = dtype.isFloating() ? dtype : DType.I64;
        if (dims.length == 0 && !keepDim) {
            return call("sum", result, wide(x -> x.sum()));
        }
        long[] reduced = dims("sum", dims);
        if (reduced.length == 0) {
            return call("sum", result, wide(x -> x.sum()));
        }
        return call("sum", result, wide(x -> x.sum(reduced, keepDim, Constants.SAME_TYPE)));
    }

    @Override
    public Tensor mean(boolean keepDim, int... dims) {
        requireFloating("mean");
        long[] reduced = dims("mean", dims);
        if (reduced.length == 0) {
            return call("mean", dtype, wide(x -> x.mean()));
        }
        return call("mean", dtype, wide(x -> x.mean(reduced, keepDim, Constants.SAME_TYPE)));
    }

    @Override
    public Tensor variance(boolean keepDim, int... dims) {
        requireFloating("variance");
        long[] reduced = dims("variance", dims);
        return call("variance", dtype, wide(x -> x.var(reduced, false, keepDim)));
    }

    @Override
    public Tensor max(int dim, boolean keepDim) {
        long[] reduced = {dim("max", dim)};
        return numeric("max", x -> x.amax(reduced, keepDim));
    }

    @Override
    public Tensor min(int dim, boolean keepDim) {
        long[] reduced = {dim("min", dim)};
        return numeric("min", x -> x.amin(reduced, keepDim));
    }

    @Override
    public Tensor argmax(int dim, boolean keepDim) {
        requireNumeric("argmax");
        long reduced = dim("argmax", dim);
        return call("argmax", DType.I64, x -> {
            try (LongOptional along = new LongOptional(reduced)) {
                return x.argmax(along, keepDim);
            }
        });
    }

    @Override
    public Tensor cumsum(int dim) {
        long along = dim("cumsum", dim);
        return numeric("cumsum", wide(x -> x.cumsum(along)));
    }

    @Override
    public TopK topk(int k, int dim) {
        requireNumeric("topk");
        int along = dim("topk", dim);
        Shape sizes = sizes("topk");
        if (k < 0 || k > sizes.size(along)) {
            throw Failures.shape("topk", "k from 0 to " + sizes.size(along) + " for shape " + sizes, k);
        }
        return pair("topk", x -> x.topk(k, along, true, true));
    }

    @Override
    public TopK sortDescending(int dim) {
        requireNumeric("sortDescending");
        long along = dim("sortDescending", dim);
        return pair("sortDescending", x -> x.sort(along, true));
    }

    // ---- shape ----

    @Override
    public Tensor reshape(long... sizes) {
        return call("reshape", dtype, x -> x.reshape(sizes));
    }

    @Override
    public Tensor permute(int... dims) {
        long[] order = Arrays.stream(dims).asLongStream().toArray();
        return call("permute", dtype, x -> x.permute(order));
    }

    @Override
    public Tensor expand(Shape target) {
        Shape from = sizes("expand");
        if (!Shapes.broadcastsTo(from, target)) {
            throw Failures.shape("expand", "a shape that " + from + " can be broadcast to", target);
        }
        long[] sizes = target.toArray();
        return call("expand", dtype, x -> x.expand(sizes));
    }

    @Override
    public Tensor slice(int dim, long start, long end) {
        int along = dim("slice", dim);
        Shape sizes = sizes("slice");
        long size = sizes.size(along);
        long from = start < 0 ? start + size : start;
        long to = end < 0 ? end + size : end;
        if (from < 0 || from > to || to > size) {
            throw Failures.shape(
                    "slice",
                    "a range within 0 to " + size + ", dimension " + dim + " of " + sizes,
                    start + " to " + end);
        }
        return call("slice", dtype, x -> x.narrow(along, from, to - from));
    }

    @Override
    public List<Tensor> split(int dim, int parts) {
        int along = dim("split", dim);
        Shape sizes = sizes("split");
        if (parts < 1 || sizes.size(along) % parts != 0) {
            throw Failures.shape("split", "parts that divide dimension " + dim + " of " + sizes, parts);
        }
        return list("split", x -> x.chunk(parts, along));
    }

    @Override
    public Tensor transpose(int a, int b) {
        int first = dim("transpose", a);
        int second = dim("transpose", b);
        return call("transpose", dtype, x -> x.transpose(first, second));
    }

    @Override
    public Tensor unsqueeze(int dim) {
        return call("unsqueeze", dtype, x -> x.unsqueeze(dim));
    }

    @Override
    public Tensor squeeze(int dim) {
        int along = dim("squeeze", dim);
        if (sizes("squeeze").size(along) != 1) {
            throw Failures.shape("squeeze", "size 1 at dimension " + dim, shape());
        }
        return call("squeeze", dtype, x -> x.squeeze((long) along));
    }

    @Override
    public Tensor select(int dim, long index) {
        int along = dim("select", dim);
        return call("select", dtype, x -> x.select(along, index));
    }

    @Override
    public Tensor flip(int dim) {
        long[] reversed = {dim("flip", dim)};
        return call("flip", dtype, x -> x.flip(reversed));
    }

    // ---- indexing ----

    @Override
    public Tensor indexSelect(int dim, Tensor index) {
        int along = dim("indexSelect", dim);
        requirePositions("indexSelect", index);
        return indexed("indexSelect", along, index, (x, i) -> x.index_select(along, i));
    }

    @Override
    public Tensor indexAdd(int dim, Tensor index, Tensor source) {
        requireNumeric("indexAdd");
        int along = dim("indexAdd", dim);
        requirePositions("indexAdd", index);
        requireType("indexAdd", dtype, source);
        requireShape("indexAdd", shape().with(along, index.size(0)), source);
        if (anyNarrow("indexAdd", this, source)) {
            return widened(source, null, (x, added, none) -> x.indexAdd(along, index, Objects.requireNonNull(added)));
        }
        return indexed("indexAdd", along, index, source, (x, i, s) -> x.index_add(along, i, s));
    }

    @Override
    public Tensor gather(int dim, Tensor index) {
        int along = dim("gather", dim);
        requireType("gather", DType.I64, index);
        requireFits("gather", along, index);
        return indexed("gather", along, index, (x, i) -> x.gather(along, i));
    }

    @Override
    public Tensor scatterAdd(int dim, Tensor index, Tensor source) {
        requireNumeric("scatterAdd");
        int along = dim("scatterAdd", dim);
        requireType("scatterAdd", DType.I64, index);
        requireType("scatterAdd", dtype, source);
        requireFits("scatterAdd", along, index);
        requireShape("scatterAdd", index.shape(), source);
        if (anyNarrow("scatterAdd", this, source)) {
            return widened(source, null, (x, added, none) -> x.scatterAdd(along, index, Objects.requireNonNull(added)));
        }
        return indexed("scatterAdd", along, index, source, (x, i, s) -> x.scatter_add(along, i, s));
    }

    @Override
    public Tensor embedding(Tensor ids) {
        requireType("embedding", DType.I64, ids);
        requireRank("embedding", this, 2);
        return indexed("embedding", 0, ids, torch::embedding);
    }

    // ---- products ----

    @Override
    public Tensor matmul(Tensor other) {
        requireFloating("matmul");
        requireType("matmul", dtype, other);
        if (sizes("matmul").rank() < 2 || sizes("matmul", other).rank() < 2) {
            throw Failures.shape("matmul", "two tensors of rank 2 or more", shape(), other.shape());
        }
        BinaryOperator<org.bytedeco.pytorch.Tensor> product = (x, y) -> x.matmul(y);
        return call("matmul", dtype, other, autocasts() ? Autocast.narrow(product) : product);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        requireFloating("linear");
        requireType("linear", dtype, weight);
        requireRank("linear", weight, 2);
        if (bias == null) {
            BinaryOperator<org.bytedeco.pytorch.Tensor> product = torch::linear;
            return call(
                    "linear", dtype, weight, autocasts() ? Autocast.narrow(product, of("linear", weight)) : product);
        }
        requireType("linear", dtype, bias);
        Kernel3 affine = (x, w, b) -> {
            try (TensorOptional shift = new TensorOptional(b)) {
                return torch.linear(x, w, shift);
            }
        };
        return call(
                "linear",
                dtype,
                weight,
                bias,
                autocasts() ? Autocast.narrow(affine, of("linear", weight), of("linear", bias)) : affine);
    }

    // ---- activations, normalisation, losses ----

    @Override
    public Tensor softmax(int dim) {
        long along = dim("softmax", dim);
        return floating("softmax", wide(x -> torch.softmax(x, along)));
    }

    @Override
    public Tensor logSoftmax(int dim) {
        long along = dim("logSoftmax", dim);
        return floating("logSoftmax", wide(x -> x.log_softmax(along)));
    }

    @Override
    public Tensor logSumExp(int dim, boolean keepDim) {
        long[] reduced = {dim("logSumExp", dim)};
        return floating("logSumExp", wide(x -> x.logsumexp(reduced, keepDim)));
    }

    @Override
    public Tensor gelu() {
        return floating("gelu", torch::gelu);
    }

    @Override
    public Tensor silu() {
        return floating("silu", torch::silu);
    }

    @Override
    public Tensor softplus() {
        // Above the threshold LibTorch returns its argument; at 40 that is exact in double precision.
        return floating(
                "softplus",
                wide(x -> Constants.withScalar(
                        1.0, one -> Constants.withScalar(40.0, far -> torch.softplus(x, one, far)))));
    }

    @Override
    public Tensor layerNorm(@Nullable Tensor gain, @Nullable Tensor bias, double epsilon) {
        requireFloating("layerNorm");
        if (anyNarrow("layerNorm", this, gain, bias)) {
            return widened(gain, bias, (x, scale, shift) -> x.layerNorm(scale, shift, epsilon));
        }
        long[] normal = {sizes("layerNorm").size(dim("layerNorm", -1))};
        return withOptionals("layerNorm", gain, bias, (x, scale, shift) -> {
            return torch.layer_norm(x, normal, scale, shift, epsilon, false);
        });
    }

    @Override
    public Tensor rmsNorm(@Nullable Tensor gain, double epsilon) {
        requireFloating("rmsNorm");
        if (anyNarrow("rmsNorm", this, gain)) {
            return widened(gain, null, (x, scale, none) -> x.rmsNorm(scale, epsilon));
        }
        long[] normal = {sizes("rmsNorm").size(dim("rmsNorm", -1))};
        return withOptionals(
                "rmsNorm",
                gain,
                null,
                (x, scale, none) -> Constants.withOptional(epsilon, e -> torch.rms_norm(x, normal, scale, e)));
    }

    @Override
    public Tensor crossEntropy(Tensor targets, double labelSmoothing) {
        requireFloating("crossEntropy");
        requireType("crossEntropy", DType.I64, targets);
        Shape logits = sizes("crossEntropy");
        Shape rows = sizes("crossEntropy", targets);
        if (logits.rank() != 2 || rows.rank() != 1 || logits.size(0) != rows.size(0)) {
            throw Failures.shape("crossEntropy", "logits (rows, classes) and targets (rows)", logits, rows);
        }
        BinaryOperator<org.bytedeco.pytorch.Tensor> loss = (x, t) -> CrossEntropy.apply(x, t, labelSmoothing);
        return call("crossEntropy", dtype, targets, autocasts() ? Autocast.wideFirst(loss) : loss);
    }

    @Override
    public Tensor dropout(double probability, long key) {
        requireFloating("dropout");
        if (probability <= 0) {
            return to(dtype);
        }
        if (probability >= 1) {
            return mul(0);
        }
        Shape sizes = sizes("dropout");
        return call("dropout", dtype, x -> Dropout.apply(backend, x, sizes, dtype, probability, key));
    }

    // ---- attention ----

    @Override
    public Tensor attention(Tensor key, Tensor value, Attention attention) {
        return TorchAttention.attend(this, key, value, attention);
    }

    @Override
    public Tensor attentionWeights(Tensor key, Attention attention) {
        return TorchAttention.weights(this, key, attention);
    }

    // ---- conversion and graph ----

    @Override
    public Tensor to(DType target) {
        return call("to", target, x -> x.to(TorchDevice.nativeType(target)));
    }

    @Override
    public Tensor detach() {
        return call("detach", dtype, x -> x.detach());
    }

    @Override
    public Tensor variable() {
        requireFloating("variable");
        return call("variable", dtype, x -> {
            org.bytedeco.pytorch.Tensor leaf = x.detach();
            leaf.set_requires_grad(true);
            return leaf;
        });
    }

    @Override
    public boolean requiresGradient() {
        org.bytedeco.pytorch.Tensor x = borrow("requiresGradient");
        try {
            return x.requires_grad();
        } finally {
            release();
        }
    }

    @Override
    public void assign(Tensor source) {
        requireType("assign", dtype, source);
        TorchTensor from = of("assign", source);
        requireShape("assign", sizes("assign"), from);
        boolean recording = GradMode.is_enabled();
        org.bytedeco.pytorch.Tensor target = borrow("assign");
        try {
            org.bytedeco.pytorch.Tensor values = from.borrow("assign");
            try {
                GradMode.set_enabled(false);
                if (target.is_alias_of(values)) {
                    try (org.bytedeco.pytorch.Tensor copy = values.clone()) {
                        target.copy_(copy);
                    }
                } else {
                    target.copy_(values);
                }
            } finally {
                GradMode.set_enabled(recording);
                from.release();
            }
        } catch (RuntimeException e) {
            throw Failures.translate("assign", e, List.of(this, from));
        } finally {
            release();
        }
    }

    // ---- to the host ----

    @Override
    public double[] toDoubles() {
        requireNumeric("toDoubles");
        return read("toDoubles", x -> backend.hostCopies().doubles(x, dtype));
    }

    @Override
    public float[] toFloats() {
        if (!dtype.isFloating() || dtype == DType.F64) {
            throw Failures.dtype("toFloats", "F32, BF16 or F16", dtype);
        }
        return read("toFloats", x -> backend.hostCopies().floats(x));
    }

    @Override
    public long[] toLongs() {
        requireType("toLongs", DType.I64, this);
        return read("toLongs", x -> backend.hostCopies().longs(x));
    }

    @Override
    public boolean[] toBooleans() {
        requireBool("toBooleans", this);
        return read("toBooleans", x -> backend.hostCopies().booleans(x));
    }
}
