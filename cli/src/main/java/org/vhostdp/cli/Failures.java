package org.vhostdp.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns every failure into sentences on standard error and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  @Override
  public int handleParseException(ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    FailureReport.say(err, sentence(failure));
    if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      err.println("Options and examples: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return Exit.USAGE;
  }

  private static String sentence(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()
        && !unmatched.getUnmatched().isEmpty()) {
      return "\"" + unmatched.getUnmatched().getFirst() + "\" has no meaning here.";
    }
    return failure.getMessage();
  }

  @Override
  public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
    return FailureReport.of(failure, command.getErr());
  }
}
