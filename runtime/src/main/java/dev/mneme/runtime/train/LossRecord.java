package dev.mneme.runtime.train;

import dev.mneme.tensor.DType;
import dev.mneme.tensor.GradientMode;
import dev.mneme.tensor.Tensor;
import dev.mneme.tensor.TensorBackend;
import dev.mneme.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The losses of one step and the norm of its gradients, brought to the host in a single copy: on a GPU every copy waits
 * for all work before it.
 */
final class LossRecord implements AutoCloseable {
    /**
     * Values of one step.
     *
     * @param loss mean cross entropy over all scored labels
     * @param auxiliary mean of each auxiliary loss over the segments
     * @param gradientNorm Euclidean norm of all gradients
     * @param badSegment first segment with a loss that is not finite, counted from 1 over all windows; 0 if there is none
     */
    record Values(double loss, Map<String, Double> auxiliary, double gradientNorm, int badSegment) {
        boolean isFinite() {
            return badSegment == 0 && Double.isFinite(gradientNorm);
        }
    }

    /** A scalar that was noted; without a name it is a cross entropy. */
    private record Term(@Nullable String name, double weight, int segment) {}

    private final TensorBackend backend;
    private final List<Term> terms = new ArrayList<>();
    private final List<Tensor> scalars = new ArrayList<>();
    private int segments;

    LossRecord(TensorBackend backend) {
        this.backend = backend;
    }

    /**
     * Announces the segments of a window.
     *
     * @return number of the first one, counted from 1 over all windows
     */
    int expect(int windowSegments) {
        int first = segments + 1;
        segments += windowSegments;
        return first;
    }

    /**
     * Notes the losses of a segment, once, in any order.
     *
     * @param number of the segment, counted from 1 over all windows
     */
    void add(int number, SegmentLoss segment) {
        if (segment.loss() != null) {
            add(number, null, segment.loss(), segment.lossWeight());
        }
        segment.auxiliary().forEach((name, loss) -> add(number, name, loss, segment.auxiliaryWeight()));
    }

    private void add(int number, @Nullable String name, Tensor loss, double weight) {
        terms.add(new Term(name, weight, number));
        scalars.add(loss.detach().unscoped());
    }

    /**
     * Takes over what another record noted of the same segments.
     *
     * @param firstSegment number here of its first segment
     */
    void take(LossRecord other, int firstSegment) {
        other.terms.forEach(term -> terms.add(new Term(term.name(), term.weight(), term.segment() + firstSegment - 1)));
        scalars.addAll(other.scalars);
        other.scalars.clear();
    }

    /** Reads everything at once. */
    Values read(Tensor gradientNorm) {
        double[] values;
        try (TensorScope scope = backend.scope();
                GradientMode off = backend.noGradient()) {
            DType dtype = gradientNorm.dtype();
            List<Tensor> all = new ArrayList<>();
            scalars.forEach(scalar -> all.add(scalar.to(dtype).reshape(1)));
            all.add(gradientNorm.reshape(1));
            values = backend.concat(all, 0).toDoubles();
        }
        double loss = 0;
        int badSegment = 0;
        Map<String, Double> auxiliary = new LinkedHashMap<>();
        for (int i = 0; i < terms.size(); i++) {
            Term term = terms.get(i);
            double share = values[i] * term.weight();
            if (term.name() == null) {
                loss += share;
            } else {
                auxiliary.merge(term.name(), share, Double::sum);
            }
            if (!Double.isFinite(values[i]) && (badSegment == 0 || term.segment() < badSegment)) {
                badSegment = term.segment();
            }
        }
        return new Values(loss, auxiliary, values[values.length - 1], badSegment);
    }

    @Override
    public void close() {
        scalars.forEach(Tensor::close);
        scalars.clear();
    }
}
