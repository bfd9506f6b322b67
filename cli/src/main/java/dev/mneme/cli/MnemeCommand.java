package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all subcommands share. */
abstract class MnemeCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    CommonOptions common;

    /**
     * Does the work.
     *
     * @return whether it succeeded
     */
    abstract boolean run(Console console) throws Exception;

    @Override
    public final Integer call() throws Exception {
        if (common.verbose) {
            Logging.verbose();
        }
        Console console =
                new Console(spec.commandLine().getOut(), spec.commandLine().getErr(), common.json);
        return run(console) ? ExitCode.OK : ExitCode.FAILED;
    }
}
