/**
 * Streams of tokens that go on for as long as they are fed, in constant memory. Start with
 * {@link dev.mneme.runtime.session.SessionPool}: it serves many {@link dev.mneme.runtime.session.Session}s over one
 * model, each of which reads tokens in pieces of any size, writes, forks, and is saved to a file and restored.
 *
 * <p>A stream is cut into segments of the model's length, wherever the pieces end. One thread runs the model: it takes a
 * piece of every waiting session at a time, so that sessions that ask together are run together and none waits for the
 * whole request of another.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.session;
