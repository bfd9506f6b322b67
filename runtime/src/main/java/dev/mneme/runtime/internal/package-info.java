/** Shared by the runtime's own packages; not for users. */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Internal
package dev.mneme.runtime.internal;
