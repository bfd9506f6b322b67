package dev.mneme.memory;

import dev.mneme.nn.Parameterized;

/** Owns the state of a mechanism: what it consists of and where it starts. */
public interface Memory extends Parameterized {
    /** The entries carried from segment to segment; empty if nothing is. */
    StateSchema schema();

    /**
     * The state before the first segment of a stream. Differentiable where the start is learned, so it is asked for
     * anew inside every differentiated step that starts a stream.
     *
     * @param batch number of streams B
     * @return entries as in {@link #schema()}, in the caller's scope
     */
    MemoryState initialState(long batch);
}
