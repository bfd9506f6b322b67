/**
 * Where memory mechanisms and tasks come from: the class path and jars dropped into a folder. Start with
 * {@link dev.mneme.runtime.plugin.PluginHost}; what it found is in {@link dev.mneme.runtime.plugin.MemoryRegistry} and
 * {@link dev.mneme.runtime.plugin.TaskRegistry}, what it refused is a list of
 * {@link dev.mneme.runtime.plugin.Rejected}.
 *
 * <p>The same jar works in both places. Either way its providers are named in {@code META-INF/services}. A dropped-in
 * jar also says {@code Plugin-Id} and {@code Plugin-Version} in its manifest, and in {@code Plugin-Requires} the range of
 * {@link dev.mneme.memory.SpiVersion}s it was built for; without a range it is taken to fit. It sees the JDK, its own
 * classes, and of the host only {@link dev.mneme.runtime.plugin.SharedPackages}, which it always takes from the host.
 *
 * <p>A name belongs to one provider. What is built in beats the class path, the class path beats a dropped-in jar, and
 * the loser is reported. Among equals there is no winner: all of them are rejected, each naming the others.
 */
@org.jspecify.annotations.NullMarked
@dev.mneme.stability.Beta
package dev.mneme.runtime.plugin;
