/** Where plugins come from besides files: start with {@link dev.mneme.cli.plugins.MavenRepositories}. */
@org.jspecify.annotations.NullMarked
package dev.mneme.cli.plugins;
