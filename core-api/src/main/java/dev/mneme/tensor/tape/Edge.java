package dev.mneme.tensor.tape;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.util.List;

/**
 * From a result to one of its operands.
 *
 * @param operand the operand's node, one reference to it
 * @param pullback reads only arrays of {@code saved}
 * @param saved what the pullback needs, one reference to each
 */
record Edge<A>(Node<A> operand, Pullback<A> pullback, List<Saved<A>> saved) {

    /** An array kept for the pullback, as it was at this version. */
    record Saved<A>(Storage<A> storage, int version) {}

    /** An operand before it is known whether the result is recorded; holds no reference. */
    record Candidate<A>(TapeTensor<A> operand, Pullback<A> pullback, List<Storage<A>> saved) {
        boolean requiresGradient() {
            return operand.node() != null;
        }

        Edge<A> take() {
            return new Edge<>(
                    operand.node().retain(),
                    pullback,
                    saved.stream()
                            .map(storage -> new Saved<>(storage.retain(), storage.version()))
                            .toList());
        }
    }

    @SafeVarargs
    // The array of varargs is only read.
    @SuppressWarnings("varargs")
    static <A> Candidate<A> to(TapeTensor<A> operand, Pullback<A> pullback, Storage<A>... saved) {
        return new Candidate<>(operand, pullback, List.of(saved));
    }

    A pull(String operation, Workspace<A> workspace, A gradient) {
        for (Saved<A> kept : saved) {
            if (kept.storage().version() != kept.version()) {
                throw new MnemeException(
                        ErrorCode.ENGINE_FAILED,
                        "gradients: a tensor that " + operation
                                + " needs was overwritten by assign since; take gradients first, assign afterwards");
            }
        }
        return pullback.apply(workspace, gradient);
    }

    void releaseSaved() {
        saved.forEach(kept -> kept.storage().release());
    }
}
