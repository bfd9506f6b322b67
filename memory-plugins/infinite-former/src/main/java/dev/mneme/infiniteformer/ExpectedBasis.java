package dev.mneme.infiniteformer;

import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;

/** Expectations of basis functions under Gaussian densities, in closed form. */
final class ExpectedBasis extends Module {
    private final Tensor centres;
    private final Tensor squaredWidths;

    ExpectedBasis(ModuleContext context, GaussianBasis basis) {
        super(context);
        centres =
                constant(context.backend().tensor(basis.centres(), Shape.of(basis.centres().length), context.dtype()));
        double[] squares = new double[basis.widths().length];
        for (int i = 0; i < squares.length; i++) {
            squares[i] = basis.widths()[i] * basis.widths()[i];
        }
        squaredWidths = constant(context.backend().tensor(squares, Shape.of(squares.length), context.dtype()));
    }

    /**
     * {@code r_j = exp(-(mu - c_j)^2 / (2 S_j)) / sqrt(2 pi S_j)} with {@code S_j = w_j^2 + variance}.
     *
     * <p>Differentiated as it stands: by way of natural parameters, as the official code does it, the gradient of a
     * small variance is noise in single precision.
     *
     * @param mean (..)
     * @param variance of the same shape
     * @return (.., N)
     */
    Tensor forward(Tensor mean, Tensor variance) {
        // S has one value a width and (mu - c)^2 one a centre: only their product has one a basis function.
        Tensor spread = variance.unsqueeze(-1).add(squaredWidths).unsqueeze(-2);
        Tensor distance = mean.unsqueeze(-1).sub(centres).square().unsqueeze(-1);
        Tensor height = spread.rsqrt().mul(1 / Math.sqrt(2 * Math.PI));
        Tensor expected = distance.mul(spread.reciprocal().mul(-0.5)).exp().mul(height);
        return expected.reshape(mean.shape()
                .inserting(-1, centres.size(0) * squaredWidths.size(0))
                .toArray());
    }
}
