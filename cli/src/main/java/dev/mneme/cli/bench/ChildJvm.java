package dev.mneme.cli.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts this program again: the same Java, options, class path and environment. */
public final class ChildJvm {
    private ChildJvm() {}

    /**
     * A process that is not started yet.
     *
     * @param mainClass as given to {@code java}
     * @param arguments of its main method
     */
    public static ProcessBuilder builder(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // A debugger's port can be open once only.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-agentlib:"))
                .forEach(command::add);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        // The environment comes along, and with it the launcher's OpenMP and OpenBLAS settings.
        return new ProcessBuilder(command);
    }
}
