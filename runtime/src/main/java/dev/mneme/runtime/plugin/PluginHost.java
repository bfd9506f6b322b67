package dev.mneme.runtime.plugin;

import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import dev.mneme.memory.MemoryProvider;
import dev.mneme.runtime.internal.Services;
import dev.mneme.task.TaskProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pf4j.PluginRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds memory mechanisms and tasks on the class path and in a folder of plugin jars, and keeps the jars open until it is
 * closed. A jar works as a whole or is rejected as a whole; one that is rejected never keeps the others from loading.
 */
public final class PluginHost implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginHost.class);

    private final @Nullable IsolatingPluginManager manager;
    private final List<PluginJar> jars = new ArrayList<>();
    private final MemoryRegistry memories;
    private final TaskRegistry tasks;
    private final List<Rejected> rejected;

    private PluginHost(@Nullable Path directory, ClassLoader classPath) {
        Found found = ClassPathProviders.find(classPath);
        List<Rejected> refused = new ArrayList<>(found.rejected);
        if (directory == null || Files.notExists(directory)) {
            manager = null;
        } else {
            manager = new IsolatingPluginManager(directory, classPath);
            loadJars(manager, candidates(directory, refused), refused);
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
        drop(memoryClashes, allMemories, lostJars, refused);
        drop(taskClashes, allTasks, lostJars, refused);
        allMemories.removeIf(extension -> isLost(extension, lostJars));
        allTasks.removeIf(extension -> isLost(extension, lostJars));
        jars.stream().filter(jar -> lostJars.contains(jar.fileName())).toList().forEach(this::close);

        rejected = List.copyOf(refused);
        rejected.forEach(one -> LOG.warn("rejected {}", one));
        memories = new MemoryRegistry(
                allMemories.stream().map(PluginHost::memoryEntry).toList(), memoryClashes.contested(), rejected);
        tasks = new TaskRegistry(
                allTasks.stream().map(PluginHost::taskEntry).toList(), taskClashes.contested(), rejected);
    }

    /**
     * Finds and checks everything.
     *
     * @param directory folder of plugin jars; null or absent for none
     * @param classPath sees core-api and the providers on the class path
     * @throws MnemeException ({@link ErrorCode#FILE_FAILED}) if the folder cannot be listed
     */
    public static PluginHost open(@Nullable Path directory, ClassLoader classPath) {
        return new PluginHost(directory, classPath);
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

    /** Stops the plugins and closes their jars. Mechanisms made by them must be closed before. */
    @Override
    public void close() {
        List.copyOf(jars).forEach(this::close);
    }

    private void close(PluginJar jar) {
        jars.remove(jar);
        if (manager != null) {
            manager.close(jar.plugin());
        }
    }

    private static List<Path> candidates(Path directory, List<Rejected> refused) {
        List<Path> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                if (name.startsWith(".")) {
                    continue;
                }
                if (Files.isDirectory(file) || name.endsWith(".zip")) {
                    refused.add(new Rejected(
                            file.getFileName().toString(),
                            "it is not a jar",
                            "put the plugin's .jar itself into " + directory));
                } else if (name.endsWith(".jar")) {
                    jars.add(file);
                }
            }
        } catch (IOException e) {
            throw new MnemeException(
                    ErrorCode.FILE_FAILED,
                    "cannot list the plugin folder " + directory + ": " + Services.describe(e)
                            + "; give a folder that can be read",
                    e);
        }
        return jars;
    }

    private void loadJars(IsolatingPluginManager pf4j, List<Path> paths, List<Rejected> refused) {
        Map<Path, PluginManifest> manifests = new TreeMap<>();
        for (Path path : paths) {
            try {
                manifests.put(path, PluginManifest.read(path));
            } catch (PluginRejection e) {
                refused.add(e.of(path.getFileName().toString()));
            }
        }
        Map<String, List<Path>> byId = manifests.keySet().stream()
                .collect(Collectors.groupingBy(path -> manifests.get(path).id(), TreeMap::new, Collectors.toList()));
        byId.forEach((id, claims) -> {
            for (Path path : claims) {
                try {
                    checkOnlyClaim(id, path, claims);
                    jars.add(load(pf4j, path, manifests.get(path)));
                } catch (PluginRejection e) {
                    refused.add(e.of(path.getFileName().toString()));
                }
            }
        });
    }

    private static void checkOnlyClaim(String id, Path path, List<Path> claims) throws PluginRejection {
        if (claims.size() > 1) {
            String others = claims.stream()
                    .filter(claim -> !claim.equals(path))
                    .map(claim -> claim.getFileName().toString())
                    .collect(Collectors.joining(" and "));
            throw new PluginRejection(
                    "its Plugin-Id '" + id + "' is also that of " + others, "remove all but one of these jars");
        }
    }

    private static PluginJar load(IsolatingPluginManager pf4j, Path path, PluginManifest manifest)
            throws PluginRejection {
        var plugin = open(pf4j, path);
        try {
            return PluginJar.of(plugin, manifest.version());
        } catch (PluginRejection e) {
            pf4j.close(plugin);
            throw e;
        }
    }

    private static org.pf4j.PluginWrapper open(IsolatingPluginManager pf4j, Path path) throws PluginRejection {
        try {
            return pf4j.open(path);
        } catch (PluginRuntimeException e) {
            throw new PluginRejection(Services.describe(e), "correct the jar's manifest or its plugin class");
        }
    }

    private static <P> void drop(
            NameClashes<P> clashes, List<Extension<P>> all, Set<String> lostJars, List<Rejected> refused) {
        for (NameClashes.Loser<P> loser : clashes.losers()) {
            Extension<P> extension = loser.extension();
            all.remove(extension);
            Source source = extension.source();
            if (source.place() == Source.Place.PLUGIN) {
                lostJars.add(source.jar());
                refused.add(loser.verdict().of(source.jar()));
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
