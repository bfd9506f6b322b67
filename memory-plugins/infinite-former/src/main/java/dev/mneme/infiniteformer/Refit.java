package dev.mneme.infiniteformer;

import dev.mneme.nn.Module;
import dev.mneme.nn.ModuleContext;
import dev.mneme.tensor.Shape;
import dev.mneme.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The factors of a write: next coefficients are {@code factors · [old rows; new vectors]}. Old rows are the old coefficients
 * themselves when the signal is sampled evenly, since sampling, squeezing and refitting them is one fixed matrix; they are
 * the sampled vectors when it is not.
 *
 * <p>Factors of full length are constants. Those of other lengths are made when they are first needed, and the last few
 * are kept.
 */
final class Refit extends Module {
    private static final int KEPT_LENGTHS = 8;

    /** What factors depend on: whether there is an old signal, and the number of new vectors. */
    private record Kind(boolean isFirst, int length) {}

    private final GaussianBasis basis;
    private final int samples;
    private final double contraction;
    private final double ridge;
    private final boolean sticky;
    private final int longest;
    private final Tensor first;
    private final Tensor later;
    private final Map<Kind, double[][]> others = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, double[][]> eldest) {
            return size() > KEPT_LENGTHS;
        }
    };

    /**
     * Solves the regressions of full length.
     *
     * @param longest most vectors written at once
     */
    Refit(ModuleContext context, InfiniteFormerConfig config, GaussianBasis basis, int longest) {
        super(context);
        this.basis = basis;
        samples = config.samples();
        contraction = config.contraction();
        ridge = config.ridge();
        sticky = config.sticky();
        this.longest = longest;
        first = constant(tensor(solve(new Kind(true, longest)), longest));
        later = constant(tensor(solve(new Kind(false, longest)), longest));
    }

    /** Number of old rows that factors are multiplied with. */
    int oldRows() {
        return sticky ? samples : basis.count();
    }

    /**
     * Factors of one write.
     *
     * @param lengths of the new vectors of each batch row, which stand at the end of as many as the longest of them; at
     *     least one is positive, and factors of a row without any are of no use
     * @param isFirst whether a batch row has no old signal
     * @return (batch, N, old rows + longest of the lengths); batch 1 if one serves all
     */
    Tensor factors(int[] lengths, boolean[] isFirst) {
        List<Kind> kinds = new ArrayList<>();
        long[] kindOfRow = new long[lengths.length];
        int columns = 0;
        for (int row = 0; row < lengths.length; row++) {
            if (lengths[row] > 0) {
                Kind kind = new Kind(isFirst[row], lengths[row]);
                if (!kinds.contains(kind)) {
                    kinds.add(kind);
                }
                kindOfRow[row] = kinds.indexOf(kind);
                columns = Math.max(columns, lengths[row]);
            }
        }
        if (kinds.size() == 1) {
            return factors(kinds.get(0), columns);
        }
        List<Tensor> each = new ArrayList<>();
        for (Kind kind : kinds) {
            each.add(factors(kind, columns));
        }
        Tensor rows = context().backend().tensor(kindOfRow, Shape.of(kindOfRow.length));
        return context().backend().concat(each, 0).indexSelect(0, rows);
    }

    private Tensor factors(Kind kind, int columns) {
        if (kind.length() == longest) {
            return kind.isFirst() ? first : later;
        }
        double[][] solved;
        synchronized (others) {
            solved = others.computeIfAbsent(kind, this::solve);
        }
        return tensor(solved, columns);
    }

    /** Factors (N, old rows + length) of one kind. */
    private double[][] solve(Kind kind) {
        if (kind.isFirst()) {
            Timeline line = Timeline.first(kind.length());
            return beside(
                    new double[basis.count()][oldRows()], RidgeFit.factors(basis, line.real(), line.padding(), ridge));
        }
        Timeline line = Timeline.later(samples, kind.length(), contraction);
        double[][] factors = RidgeFit.factors(basis, line.real(), line.padding(), ridge);
        if (sticky) {
            return factors;
        }
        double[][] old = RidgeFit.columns(factors, 0, samples);
        return beside(
                RidgeFit.product(old, basis.at(Timeline.samples(samples))),
                RidgeFit.columns(factors, samples, samples + kind.length()));
    }

    private static double[][] beside(double[][] left, double[][] right) {
        double[][] joined = new double[left.length][left[0].length + right[0].length];
        for (int i = 0; i < joined.length; i++) {
            System.arraycopy(left[i], 0, joined[i], 0, left[i].length);
            System.arraycopy(right[i], 0, joined[i], left[i].length, right[i].length);
        }
        return joined;
    }

    /** A batch of one, with zeros before the columns of the new vectors if there are fewer than that many. */
    private Tensor tensor(double[][] factors, int columns) {
        int old = oldRows();
        int width = old + columns;
        int length = factors[0].length - old;
        double[] flat = new double[factors.length * width];
        for (int i = 0; i < factors.length; i++) {
            System.arraycopy(factors[i], 0, flat, i * width, old);
            System.arraycopy(factors[i], old, flat, (i + 1) * width - length, length);
        }
        return context()
                .backend()
                .tensor(flat, Shape.of(1, factors.length, width), context().dtype());
    }
}
