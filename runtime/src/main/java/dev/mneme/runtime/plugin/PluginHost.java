package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.task.TaskProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds memory mechanisms and tasks on the class path and in a folder of plugin jars, and keeps the jars open until it is
 * closed. A jar works as a whole or is rejected as a whole; one that is rejected never keeps the others from loading.
 */
public final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);

    private final List<PluginJar> jars = new ArrayList<>();
    private final MemoryRegistry memories;
    private final TaskRegistry tasks;
    private final List<Rejected> rejected;
    private final List<Rejected> rejectedJars;

    private PluginHost(PluginOptions options, ClassLoader classPath) {
        Found found = ClassPathProviders.find(classPath);
        List<Rejected> refused = new ArrayList<>(found.rejected);
        List<Rejected> refusedJars = new ArrayList<>();
        Path directory = options.directory();
        if (directory != null && Files.exists(directory)) {
            PluginJars dropped = PluginJars.load(directory, TrustList.of(options), LoadPlace.of(options, classPath));
            jars.addAll(dropped.loaded());
            refusedJars.addAll(dropped.refused());
        }
        List<Extension<MemoryProvider<?>>> allMemories = new ArrayList<>(found.memories);
        List<Extension<TaskProvider<?>>> allTasks = new ArrayList<>(found.tasks);
        jars.forEach(jar -> {
            allMemories.addAll(jar.memories());
            allTasks.addAll(jar.tasks());
        });
        NameClashes<MemoryProvider<?>> memoryClashes = NameClashes.among(allMemories);
        NameClashes<TaskProvider<?>> taskClashes = NameClashes.among(allTasks);
        Set<String> lostJars = new HashSet<>();
        drop(memoryClashes, allMemories, lostJars, refused, refusedJars);
        drop(taskClashes, allTasks, lostJars, refused, refusedJars);
        allMemories.removeIf(extension -> isLost(extension, lostJars));
        allTasks.removeIf(extension -> isLost(extension, lostJars));
        jars.stream().filter(jar -> lostJars.contains(jar.fileName())).toList().forEach(this::close);

        rejectedJars = List.copyOf(refusedJars);
        refused.addAll(refusedJars);
        rejected = List.copyOf(refused);
        rejected.forEach(one -> LOG.warn("rejected {}", one));
        memories = new MemoryRegistry(
                allMemories.stream().map(PluginHost::memoryEntry).toList(), memoryClashes.contested(), rejected);
        tasks = new TaskRegistry(
                allTasks.stream().map(PluginHost::taskEntry).toList(), taskClashes.contested(), rejected);
    }

    /** As {@link #open(PluginOptions, ClassLoader)}, everything in the folder. */
    public static PluginHost open(@Nullable Path directory, ClassLoader classPath) {
        return open(PluginOptions.of(directory), classPath);
    }

    /**
     * Finds and checks everything.
     *
     * @param classPath sees core-api and the providers on the class path
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) if the folder cannot be listed or a file of its settings
     *     cannot be read; ({@link ErrorCode#CONFIG_INVALID}) if such a file is wrong
     */
    public static PluginHost open(PluginOptions options, ClassLoader classPath) {
        return new PluginHost(options, classPath);
    }

    public MemoryRegistry memories() {
        return memories;
    }

    public TaskRegistry tasks() {
        return tasks;
    }

    /** What is not used, and why. */
    public List<Rejected> rejected() {
        return rejected;
    }

    /** The dropped-in jars that are used. */
    List<PluginJar> jars() {
        return List.copyOf(jars);
    }

    /** Those of {@link #rejected} that lie in the folder. */
    List<Rejected> rejectedJars() {
        return rejectedJars;
    }

    /** Stops the plugins and closes their jars. Mechanisms made by them must be closed before. */
    @Override
    public void close() {
        List.copyOf(jars).forEach(this::close);
    }

    private void close(PluginJar jar) {
        jars.remove(jar);
        jar.opened().close();
    }

    private static <P> void drop(
            NameClashes<P> clashes,
            List<Extension<P>> all,
            Set<String> lostJars,
            List<Rejected> refused,
            List<Rejected> refusedJars) {
        for (NameClashes.Loser<P> loser : clashes.losers()) {
            Extension<P> extension = loser.extension();
            all.remove(extension);
            Source source = extension.source();
            if (source.place() == Source.Place.PLUGIN) {
                lostJars.add(source.jar());
                refusedJars.add(loser.verdict().of(source.jar()));
            } else {
                refused.add(loser.verdict().of(ClassPathProviders.label(source, extension.provider())));
            }
        }
    }

    private static boolean isLost(Extension<?> extension, Set<String> lostJars) {
        return extension.source().place() == Source.Place.PLUGIN
                && lostJars.contains(extension.source().jar());
    }

    private static MemoryEntry memoryEntry(Extension<MemoryProvider<?>> extension) {
        return new MemoryEntry(
                extension.provider(),
                extension.name(),
                extension.version(),
                extension.source().toString(),
                extension.settings());
    }

    private static TaskEntry taskEntry(Extension<TaskProvider<?>> extension) {
        return new TaskEntry(
                extension.provider(),
                extension.name(),
                extension.version(),
                extension.source().toString(),
                extension.settings());
    }
}
