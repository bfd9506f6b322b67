package dev.mneme.tensor.tape;

/** The transposed derivative of an operation with respect to one operand. */
@FunctionalInterface
interface Pullback<A> {
    /**
     * The operand's share of the gradient.
     *
     * @param workspace evaluates the formula; what it returns may be the result
     * @param gradient of the operation's result, in the result's shape
     * @return an array of the operand's shape: the gradient itself, or a result of the workspace
     */
    A apply(Workspace<A> workspace, A gradient);
}
