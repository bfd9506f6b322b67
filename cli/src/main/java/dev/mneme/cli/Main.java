package dev.mneme.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code mneme} command. */
@Command(
        name = "mneme",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Memory-augmented transformers for the JVM.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            TrainCommand.class,
            EvalCommand.class,
            GenerateCommand.class,
            StreamCommand.class,
            InspectCommand.class,
            BenchCommand.class,
            ExperimentCommand.class,
            CompareCommand.class,
            DoctorCommand.class,
            MemoriesCommand.class,
            TasksCommand.class,
            PluginsCommand.class,
            DataCommand.class,
            CompletionCommand.class,
        },
        footer = {
            "",
            "Start with:",
            "  mneme demo       a memory beside the same transformer without one, then a language model; minutes",
            "  mneme doctor     what works on this machine",
            "",
            "Exit codes: 0 success, 1 the run failed, 2 what was asked for makes no sense."
        })
public final class Main implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, arguments));
    }

    /** Runs the command with these streams; returns the exit code. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Failures::badUsage)
                .setExecutionExceptionHandler(Failures::failed);
        return commandLine.execute(arguments);
    }

    /** Without a subcommand. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /** The version of this build. */
    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** For {@code --version}. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"mneme " + version()};
        }
    }
}
