/** The one exception type of Mneme and its codes; start with {@link dev.mneme.error.MnemeException}. */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.error;
