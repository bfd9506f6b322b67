package dev.mneme.tensor;

/**
 * Owns the tensors that are made on this thread while it is the innermost open scope, and closes them when it closes.
 *
 * <pre>{@code
 * try (TensorScope scope = backend.scope()) {
 *     Tensor hidden = x.matmul(w).gelu();
 *     return scope.keep(hidden.sum(-1));   // now belongs to the enclosing scope, or to the caller if there is none
 * }
 * }</pre>
 *
 * Scopes nest and close in the reverse order of opening, on the thread that opened them.
 */
public interface TensorScope extends AutoCloseable {
    /**
     * Hands a tensor of this scope to the enclosing scope; without one the caller must close it. A tensor that does not
     * belong to this scope is returned unchanged.
     */
    <T extends Tensor> T keep(T tensor);

    /** Closes every tensor that was not kept. */
    @Override
    void close();
}
