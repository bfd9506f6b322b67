/** The one exception type of Mneme and its codes; start with {@link dev.mneme.error.MnemeException}. */
@org.jspecify.annotations.NullMarked
package dev.mneme.error;
