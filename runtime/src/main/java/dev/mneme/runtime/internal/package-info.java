/** Shared by the runtime's own packages; not for users. */
@org.jspecify.annotations.NullMarked
package dev.mneme.runtime.internal;
