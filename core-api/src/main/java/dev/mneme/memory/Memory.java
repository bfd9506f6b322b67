package dev.mneme.memory;

import dev.mneme.nn.Parameterized;
import java.util.List;

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

    /**
     * What this mechanism has to show of a segment, for {@code mneme inspect}. Called after the segment ran, in a tensor
     * scope without gradients, and only when somebody looks; changes nothing. What needs no view: norms and changes of the
     * state's entries are shown for every mechanism.
     *
     * @param observation of the segment; its states stay the caller's
     * @return in a fixed order; by default none. A view without data in this segment is left out.
     */
    default List<MemoryView> views(Observation observation) {
        return List.of();
    }
}
