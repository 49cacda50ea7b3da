package org.vhostdp.cli;

import java.lang.System.Logger.Level;
import org.vhostdp.cli.log.StderrLoggers;
import picocli.CommandLine.Option;

/** Options of every command. */
public final class CommonOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this text and exit.")
  private boolean help;

  /** For picocli. */
  public CommonOptions() {}

  /** Whether the word is one of these and has been obeyed; help is not. */
  boolean flag(String word) {
    switch (word) {
      case "-v", "--verbose" -> verbose(true);
      case "-q", "--quiet" -> quiet(true);
      default -> {
        return false;
      }
    }
    return true;
  }

  @Option(
      names = {"-v", "--verbose"},
      description = "Show debug messages, and stack traces of failures.")
  private void verbose(boolean on) {
    if (on) {
      StderrLoggers.threshold(Level.DEBUG);
    }
  }

  @Option(
      names = {"-q", "--quiet"},
      description = "Show warnings and errors only.")
  private void quiet(boolean on) {
    if (on) {
      StderrLoggers.threshold(Level.WARNING);
    }
  }
}
