package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import java.util.List;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shell completion. */
@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a script that completes mneme's commands and options in a shell.",
        footer = {"", "Example:", "  source <(mneme completion bash)"})
final class CompletionCommand extends MnemeCommand {
    private static final List<String> SHELLS = List.of("bash", "zsh");

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    String shell;

    @Override
    boolean run(Console console) {
        if (!SHELLS.contains(shell)) {
            throw Failures.invalid("completion for '" + shell + "': expected one of " + String.join(", ", SHELLS));
        }
        String script = AutoComplete.bash("mneme", spec.root().commandLine());
        console.say(script);
        console.result(Map.of("shell", shell, "script", script));
        return true;
    }
}
