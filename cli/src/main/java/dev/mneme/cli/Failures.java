package dev.mneme.cli;

import dev.mneme.cli.console.Console;
import dev.mneme.error.ErrorCode;
import dev.mneme.error.MnemeException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into messages and exit codes. */
final class Failures {
    private static final Logger log = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /** Words on the command line that no command understands. */
    static int badUsage(ParameterException e, String[] arguments) {
        CommandLine commandLine = e.getCommandLine();
        PrintWriter err = commandLine.getErr();
        err.println("mneme: " + e.getMessage());
        UnmatchedArgumentException.printSuggestions(e, err);
        err.println("Try '" + commandLine.getCommandSpec().qualifiedName() + " --help'.");
        err.flush();
        if (List.of(arguments).contains("--json")) {
            printJson(commandLine, "USAGE", String.valueOf(e.getMessage()));
        }
        return ExitCode.USAGE;
    }

    /** A command that did not end well. */
    static int failed(Exception e, CommandLine commandLine, ParseResult parsed) {
        boolean verbose = isGiven(parsed, "--verbose");
        PrintWriter err = commandLine.getErr();
        boolean explained = e instanceof MnemeException known && known.code().isUserError();
        err.println("mneme: " + message(e));
        if (verbose) {
            e.printStackTrace(err);
        } else if (!explained) {
            err.println("This should not happen; --verbose shows where it did.");
        }
        err.flush();
        if (!explained) {
            log.debug("unexpected failure", e);
        }
        String code = e instanceof MnemeException known ? known.code().name() : "UNEXPECTED";
        if (isGiven(parsed, "--json")) {
            printJson(commandLine, code, message(e));
        }
        return e instanceof MnemeException known ? ExitCode.of(known.code()) : ExitCode.FAILED;
    }

    private static String message(Exception e) {
        if (e instanceof MnemeException) {
            return String.valueOf(e.getMessage());
        }
        return e.getClass().getSimpleName() + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }

    private static boolean isGiven(ParseResult parsed, String option) {
        ParseResult innermost = parsed;
        while (innermost.hasSubcommand()) {
            innermost = innermost.subcommand();
        }
        return innermost.hasMatchedOption(option);
    }

    private static void printJson(CommandLine commandLine, String code, String message) {
        PrintWriter out = commandLine.getOut();
        out.println(Console.toJson(Map.of("error", Map.of("code", code, "message", message))));
        out.flush();
    }

    /** The error for input that is wrong in a way only the command line knows. */
    static MnemeException invalid(String message) {
        return new MnemeException(ErrorCode.CONFIG_INVALID, message);
    }
}
