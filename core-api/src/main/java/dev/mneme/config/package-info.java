/**
 * Typed configuration: immutable records whose components carry {@link dev.mneme.config.Setting};
 * {@link dev.mneme.config.Settings} binds them and explains what is wrong.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Stable
package dev.mneme.config;
