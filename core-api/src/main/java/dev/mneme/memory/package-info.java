/**
 * The four roles of a memory mechanism and its entry point.
 *
 * <p>A model reads a long sequence segment by segment:
 * {@code (output_t, state_t, losses_t) = controller.step(segment_t, state_{t-1})}.
 *
 * <ul>
 *   <li>{@link dev.mneme.memory.Memory} owns the state: schema, initial value, bound.
 *   <li>{@link dev.mneme.memory.Reader} looks into the state for the current hidden vectors.
 *   <li>{@link dev.mneme.memory.Writer} makes the next state.
 *   <li>{@link dev.mneme.memory.Controller} is the backbone that runs one segment and calls the other two;
 *       {@code dev.mneme.backbone.TransformerController} suits most mechanisms.
 *   <li>{@link dev.mneme.memory.MemoryProvider} builds them from a configuration; start there to write a plugin.
 * </ul>
 *
 * <p>What a mechanism shows of a segment to {@code mneme inspect} are {@link dev.mneme.memory.MemoryView}s, made by
 * {@link dev.mneme.memory.Memory#views} of an {@link dev.mneme.memory.Observation}.
 *
 * <p>State is an immutable value that goes in and comes out: {@link dev.mneme.memory.MemoryState}. Mechanisms keep no
 * mutable fields between calls.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.memory;
